import { totalmem } from 'node:os';
import { availableMemory, constrainedMemory } from 'node:process';
import { builtinPath, builtinUpscalerPath } from '../builtin-path.ts';
import type { ImageEngine } from '../engine/image-engine.ts';
import { openStudio } from '../studio/open-studio.ts';
import { OnnxEngine } from './onnx-engine.ts';
import type { OnnxEngineOptions } from './onnx-options.ts';

/** Of the memory that is there: the rest is for the pictures. */
const SHARE_OF_MODELS = 0.75;

/** Pictures at once: on a CPU more gain little. */
const BATCH = 4;

/** Makes the engine that runs models in this process, with ONNX Runtime. */
export function createOnnxEngine(options: OnnxEngineOptions = {}): ImageEngine {
  const { modelsPath, adaptersPath, defaultModel, defaultUpscaler, providers, threads } = options;
  const maxModelBytes = options.maxModelBytes ?? Math.floor(memoryBytes() * SHARE_OF_MODELS);
  return new OnnxEngine({
    open: (signal) =>
      openStudio({
        ...{ modelsPath, adaptersPath, defaultModel, defaultUpscaler, providers, threads, maxModelBytes, signal },
        builtinPath: builtinPath(),
        builtinUpscalerPath: builtinUpscalerPath(),
      }),
    batch: options.batch ?? BATCH,
    availableBytes: options.availableBytes ?? availableMemory,
  });
}

/** What this process may use: the container's limit, where there is one. */
function memoryBytes(): number {
  const limit = constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
