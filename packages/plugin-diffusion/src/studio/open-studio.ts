import { ImageFailure } from '../model/image-failure.ts';
import { OnnxFailure } from '../runtime/onnx-runtime.ts';
import { startOnnxRuntime } from '../runtime/start-onnx-runtime.ts';
import { Studio, type StudioOptions } from './studio.ts';

export interface OpenStudioOptions extends Omit<StudioOptions, 'runtime'> {
  readonly providers?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** Starts the runtime and finds the models. @throws ImageFailure `engine-missing` where there is no runtime that computes */
export async function openStudio(options: OpenStudioOptions): Promise<Studio> {
  const { providers, signal, ...others } = options;
  try {
    const runtime = await startOnnxRuntime({ providers, signal });
    return await Studio.open({ ...others, runtime });
  } catch (error) {
    if (!(error instanceof OnnxFailure)) throw error;
    throw new ImageFailure(
      {
        reason: 'engine-missing',
        message: `ONNX Runtime does not run here: ${error.message}`,
        hint: 'Install it beside the plugin: npm install onnxruntime-node sharp',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}
