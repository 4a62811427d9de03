import { join } from 'node:path';
import type { LlmEngine } from '../engine/llm-engine.ts';
import { LlmFailure } from '../engine/llm-failure.ts';
import { addAdapters } from './add-adapters.ts';
import { listModels } from './list-models.ts';
import type { LlmSettings } from './parse-llm-settings.ts';
import { testModel } from './test-model.ts';

/** Makes the llama engine of a worker. The engine's package is loaded only here: gateways and manifests need none. */
export async function startLlama(settings: LlmSettings, home: string): Promise<LlmEngine> {
  const { modelsPath, slots, contextTokens, memoryBytes, threads, gpu } = settings;
  const folder = modelsPath ?? join(home, 'models');
  const listed = await listModels(folder);
  if (listed.length === 0 && modelsPath !== undefined) {
    throw new LlmFailure({
      reason: 'model-missing',
      message: `There is no GGUF file in ${modelsPath}.`,
      hint: 'Name a GGUF model at the install (`--model`), or neither a model nor BYOC_LLM_MODELS_PATH for the tiny test model.',
      recovery: 'give-up',
    });
  }
  const files = listed.length > 0 ? listed : [{ name: testModel.name, path: join(home, 'tiny-model/tiny.gguf') }];
  const models = addAdapters(files, settings.adapted, folder);
  const { createLlamaEngine } = await import('../llama/llama-engine.ts');
  return createLlamaEngine({ models, slots, contextTokens, memoryBytes, threads, gpu });
}
