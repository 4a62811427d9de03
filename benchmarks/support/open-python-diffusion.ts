import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A picture that Python drew. */
export interface PythonPicture {
  /** From the prompt to the pixels. */
  readonly ms: number;
  /** Red, green and blue, row by row. */
  readonly pixels: Uint8Array;
}

/** The built-in image model in a Python process, with nothing of ours round it. */
export interface PythonDiffusion extends AsyncDisposable {
  readonly pid: number;
  draw(job: { prompt: string; noise: Float32Array; steps: number; guidance: number }): Promise<PythonPicture>;
}

/** Starts a Python that has `onnxruntime` and `numpy`; it loads the model once. */
export function openPythonDiffusion(
  python: string,
  { model, threads }: { readonly model: string; readonly threads: number },
): PythonDiffusion {
  const script = join(import.meta.dirname, 'diffusion-alone.py');
  const child = spawn(python, [script, model, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid as number,
    async draw({ noise, ...job }) {
      const bytes = Buffer.from(noise.buffer, noise.byteOffset, noise.byteLength);
      child.stdin.write(`${JSON.stringify({ ...job, noise: bytes.toString('base64') })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended`);
      const { ms, pixels } = JSON.parse(value) as { ms: number; pixels: string };
      return { ms, pixels: Buffer.from(pixels, 'base64') };
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
