import { join } from 'node:path';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { type Lab, openLab } from './open-lab.ts';

/** A gateway, and an orchestrator whose worker serves one model. */
export interface Llm extends AsyncDisposable {
  readonly lab: Lab;
  readonly gateway: Gateway;
  /** Of the model. */
  readonly path: string;
  /** What this model answers at length. */
  readonly prompt: string;
}

/** One for both sides of a comparison: more would wait for each other where the machine is busy. */
export const LLM_THREADS = 1;
export const LLM_CONTEXT_TOKENS = 1024;

/**
 * Opens the plugin of language models on the tiny test model, which makes a token in well under a millisecond: the hardest case for
 * what carries it. BYOC_BENCH_MODELS is a folder with a `model.gguf` to take in its place.
 */
export async function openLlm({
  slots,
  nodeOptions = '',
}: {
  slots: number;
  /** Of the orchestrator and the worker. */
  nodeOptions?: string;
}): Promise<Llm> {
  const plugin = join(import.meta.dirname, '../../packages/plugin-llm');
  const folder = process.env['BYOC_BENCH_MODELS'];
  // The orchestrator has this process's environment.
  process.env['NODE_OPTIONS'] = nodeOptions;
  const lab = await openLab({
    plugins: [plugin],
    environment: {
      BYOC_LLM_THREADS: String(LLM_THREADS),
      BYOC_LLM_CONTEXT_TOKENS: String(LLM_CONTEXT_TOKENS),
      BYOC_LLM_SLOTS: String(slots),
      NODE_OPTIONS: nodeOptions,
      ...(folder === undefined ? {} : { BYOC_LLM_MODELS_PATH: folder }),
    },
  });
  const gateway = createGateway({ sources: [staticSource([lab.url])] });
  await gateway.ready();
  return {
    lab,
    gateway,
    path: folder === undefined ? join(plugin, 'tiny-model/tiny.gguf') : join(folder, 'model.gguf'),
    prompt: folder === undefined ? 'Sing!' : 'Count from one to five hundred.',
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await lab[Symbol.asyncDispose]();
    },
  };
}
