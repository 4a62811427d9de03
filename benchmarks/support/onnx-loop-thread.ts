// A bare loop over ONNX Runtime in a thread of its own, as the worker has one, with what the built-in image model's network takes.
import { parentPort, workerData } from 'node:worker_threads';
import ort from 'onnxruntime-node';

const session = await ort.InferenceSession.create(workerData as string, {
  ...{ intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false, graphOptimizationLevel: 'all' },
});
const [batch, channels, side, words, width] = [2, 16, 8, 32, 128];
const floats = (...dims: number[]) => {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length }, (_, at) => Math.sin(at)),
    dims,
  );
};
const feeds = {
  sample: floats(batch, channels, side, side),
  timestep: new ort.Tensor('int64', BigInt64Array.of(500n), []),
  encoder_hidden_states: floats(batch, words, width),
};

parentPort?.on('message', async (steps: number) => {
  const startedAt = performance.now();
  for (let step = 0; step < steps; step += 1) await session.run(feeds);
  parentPort?.postMessage(performance.now() - startedAt);
});
