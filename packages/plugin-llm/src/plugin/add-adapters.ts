import { join } from 'node:path';
import { z } from 'zod';
import { LlmFailure } from '../engine/llm-failure.ts';
import type { LlamaModelFile } from '../llama/llama-options.ts';

/** Models that are another one with LoRA adapters, as an operator writes them. */
export const adaptedModelsSchema = z.array(
  z.strictObject({
    /** What `model` of an input names. */
    name: z.string().min(1).max(200),
    /** The model that they change, by name. */
    model: z.string().min(1),
    /** GGUF files, in the folder of the models. */
    adapters: z
      .array(z.strictObject({ file: z.string().min(1), scale: z.number().min(-10).max(10).default(1) }))
      .min(1),
  }),
);

export type AdaptedModel = z.output<typeof adaptedModelsSchema>[number];

/**
 * Adds to the models of a folder those that are made of them with adapters.
 *
 * @throws LlmFailure model-missing when the model that an adapter changes is not there
 */
export function addAdapters(
  models: readonly LlamaModelFile[],
  adapted: readonly AdaptedModel[],
  folder: string,
): LlamaModelFile[] {
  const made = adapted.map(({ name, model, adapters }): LlamaModelFile => {
    const base = models.find((each) => each.name === model);
    if (base === undefined || models.some((each) => each.name === name))
      throw new LlmFailure({
        reason: 'model-missing',
        message:
          base === undefined
            ? `Model ${name} is made of ${model}, which is not there.`
            : `Model ${name} is there twice: as a file and with adapters.`,
        hint: `Correct BYOC_LLM_ADAPTERS; the files are: ${models.map((each) => each.name).join(', ')}.`,
        recovery: 'give-up',
      });
    return { ...base, name, adapters: adapters.map(({ file, scale }) => ({ path: join(folder, file), scale })) };
  });
  return [...models, ...made];
}
