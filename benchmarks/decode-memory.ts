import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readModelFolder } from '../packages/plugin-diffusion/src/model/read-model-folder.ts';
import { createNoise } from '../packages/plugin-diffusion/src/pipeline/create-noise.ts';
import { decodeLatents } from '../packages/plugin-diffusion/src/pipeline/decode-latents.ts';
import { loadModel } from '../packages/plugin-diffusion/src/pipeline/load-model.ts';
import { startOnnxRuntime } from '../packages/plugin-diffusion/src/runtime/start-onnx-runtime.ts';
import { report } from './support/statistics.ts';

/**
 * The memory that a picture of 1024 × 1024 pixels takes to be decoded, by a decoder with every layer of Stable Diffusion 1.5's at its full width
 * and random weights; the rest of the model is a small one. This process is the worker. BYOC_PYTHON is a Python with `onnx` and `numpy`, which
 * writes the decoder. It computes for many minutes on two cores.
 */
const python = process.env['BYOC_PYTHON'];
if (python === undefined) {
  console.log('skipped: BYOC_PYTHON names no Python with onnx and numpy');
  process.exit();
}

const folder = await mkdtemp(join(tmpdir(), 'byoc-decoder-'));
try {
  const path = join(folder, 'model.onnx');
  await promisify(execFile)(python, [join(import.meta.dirname, 'support/make-decoder.py'), path]);
  const { signal } = new AbortController();
  const runtime = await startOnnxRuntime({ providers: ['cpu'] });
  const small = join(import.meta.dirname, '../packages/plugin-diffusion/fixtures/pipelines/stable-diffusion');
  const model = await loadModel(runtime, await readModelFolder(small), { threads: 1, signal });
  const decoder = await runtime.open(path);
  const loaded = await peakBytes();
  const size = { width: 128, height: 128, signal };
  const startedAt = performance.now();
  const picture = await decodeLatents(
    { ...model, sessions: { ...model.sessions, vae_decoder: decoder } },
    createNoise(1)(4 * 128 * 128),
    size,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const peak = await peakBytes();
  console.log(
    `${picture.width} × ${picture.height} in ${seconds.toFixed(0)} s; at most ${gigabytes(loaded)} once loaded`,
  );
  report('peak resident memory of a tiled decode', gigabytes(peak), '≤ 1.5 GB', peak <= 1.5e9);
  await decoder.close();
  await model.close();
  await runtime.close();
} finally {
  await rm(folder, { recursive: true });
}

/** The most that was resident so far. Linux only. */
async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
