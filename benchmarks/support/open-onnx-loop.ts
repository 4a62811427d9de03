import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** ONNX Runtime with nothing of ours round it. */
export interface OnnxLoop extends AsyncDisposable {
  /** Runs the built-in image model's network so often, with both prompts at once. Resolves with the ms that it took. */
  run(steps: number): Promise<number>;
}

/** Loads the network of the built-in image model as the worker does. */
export function openOnnxLoop(plugin: string): OnnxLoop {
  const worker = new Worker(new URL('./onnx-loop-thread.ts', import.meta.url), {
    workerData: join(plugin, 'model/unet/model.onnx'),
  });
  return {
    async run(steps) {
      const ran = once(worker, 'message');
      worker.postMessage(steps);
      return Number((await ran)[0]);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
