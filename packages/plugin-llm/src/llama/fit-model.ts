import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { GgufInsights, type Llama, readGgufFileInfo } from 'node-llama-cpp';
import { llamaFailures } from './llama-failures.ts';
import type { LlamaModelFile } from './llama-options.ts';
import { planFit } from './plan/plan-fit.ts';

/** How a model is to be loaded, and what that takes. */
export interface ModelFit {
  readonly contextTokens: number;
  readonly gpuLayers: number;
  /** Bytes of weights and contexts, in memory and on the card together. */
  readonly memoryBytes: number;
}

/**
 * Finds the largest context that fits, from the file's header alone.
 *
 * @throws LlmFailure model-broken, model-too-large
 */
export async function fitModel(
  llama: Llama,
  model: LlamaModelFile,
  options: { slots: number; contextTokens: number | undefined; freeBytes: number },
): Promise<ModelFit> {
  const insights = await readInsights(llama, model);
  const { slots, freeBytes } = options;
  const trained = insights.trainContextSize ?? 4096;
  const gpuLayers = await insights.configurationResolver.resolveModelGpuLayers('auto');
  const weights = insights.estimateModelResourceRequirements({ gpuLayers });
  const adapters = await bytesOfAdapters(model);
  const card = llama.gpu === false ? 0 : (await llama.getVramState()).free;
  const bytesFor = (contextTokens: number) => {
    const request = { contextSize: contextTokens, modelGpuLayers: gpuLayers, sequences: slots };
    const context = insights.estimateContextResourceRequirements(request);
    return { cpu: adapters + weights.cpuRam + context.cpuRam, gpu: weights.gpuVram + context.gpuVram };
  };
  const { contextTokens, needed, fits } = planFit({
    ...{ trained, wanted: options.contextTokens, free: { cpu: freeBytes, gpu: card } },
    bytesFor,
  });
  if (!fits) {
    const free = needed.cpu > freeBytes ? freeBytes : card;
    const short = needed.cpu > freeBytes ? needed.cpu : needed.gpu;
    throw llamaFailures.modelTooLarge(model.name, { needed: short, free, contextTokens, slots });
  }
  return { contextTokens, gpuLayers, memoryBytes: needed.cpu + needed.gpu };
}

async function bytesOfAdapters({ name, adapters = [] }: LlamaModelFile): Promise<number> {
  let bytes = 0;
  for (const { path } of adapters)
    bytes += await stat(path).then(
      ({ size }) => size,
      (cause: NodeJS.ErrnoException) => {
        throw llamaFailures.modelBroken(name, `its adapter ${basename(path)} can't be read (${cause.code})`, cause);
      },
    );
  return bytes;
}

async function readInsights(llama: Llama, { name, path }: LlamaModelFile): Promise<GgufInsights> {
  let insights: GgufInsights;
  try {
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    insights = await GgufInsights.from(info, llama);
  } catch (cause) {
    const readable = await readFile(path, { flag: 'r' }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
    );
    throw llamaFailures.modelBroken(name, readable ?? 'it is no whole GGUF file', cause);
  }
  const { architecture } = insights.ggufFileInfo.metadata.general;
  if (!insights.isSupportedByLlamaCpp) throw llamaFailures.modelBroken(name, `llama.cpp knows no ${architecture}`);
  return insights;
}
