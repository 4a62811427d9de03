import { resolve } from 'node:path';
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
    /** GGUF files: paths from the folder of the models, or names of models there. What is an adapter is no model itself. */
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
  const pathOf = (file: string) => models.find((each) => each.name === file)?.path ?? resolve(folder, file);
  const used = new Set(adapted.flatMap(({ adapters }) => adapters.map(({ file }) => pathOf(file))));
  const bases = models.filter(({ path }) => !used.has(path));
  const made = adapted.map(({ name, model, adapters }): LlamaModelFile => {
    const base = bases.find((each) => each.name === model);
    if (base === undefined || bases.some((each) => each.name === name))
      throw new LlmFailure({
        reason: 'model-missing',
        message:
          base === undefined
            ? `Model ${name} is made of ${model}, which is not there.`
            : `Model ${name} is there twice: as a file and with adapters.`,
        hint: `Correct BYOC_LLM_ADAPTERS; the models are: ${bases.map((each) => each.name).join(', ') || 'none'}.`,
        recovery: 'give-up',
      });
    return { ...base, name, adapters: adapters.map(({ file, scale }) => ({ path: pathOf(file), scale })) };
  });
  return [...bases, ...made];
}
