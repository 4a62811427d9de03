import type { ImageEngine } from '../engine/image-engine.ts';
import type { DiffusionSettings } from './parse-diffusion-settings.ts';

/**
 * Makes the engine that the settings ask for: an image server where one is named, else ONNX Runtime in this process. Its packages are loaded
 * only here: gateways and manifests need none.
 */
export async function startEngine({ onnx, server }: DiffusionSettings): Promise<ImageEngine> {
  if (server !== undefined) {
    const { createServerEngine } = await import('../server/server-engine.ts');
    return createServerEngine(server);
  }
  const { createOnnxEngine } = await import('../onnx/create-onnx-engine.ts');
  return createOnnxEngine(onnx);
}
