import type { ImageEngine } from '../engine/image-engine.ts';
import type { DiffusionSettings } from './parse-diffusion-settings.ts';

/** Makes the engine that the settings ask for. Its packages are loaded only here: gateways and manifests need none. */
export async function startEngine({ onnx }: DiffusionSettings): Promise<ImageEngine> {
  const { createOnnxEngine } = await import('../onnx/create-onnx-engine.ts');
  return createOnnxEngine(onnx);
}
