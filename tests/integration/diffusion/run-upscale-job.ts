import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseInput } from '@byoc/core';
import { type UpscaleInput, type UpscaleOutput, upscale } from '@byoc/plugin-diffusion';
import type { ImageEngine } from '../../../packages/plugin-diffusion/src/engine/image-engine.ts';
import { DEFAULT_LIMITS, type DiffusionLimits } from '../../../packages/plugin-diffusion/src/job/limits.ts';
import type { PictureMark } from '../../../packages/plugin-diffusion/src/job/picture-mark.ts';
import { runUpscale } from '../../../packages/plugin-diffusion/src/job/run-upscale.ts';

export interface RanUpscale {
  readonly output: UpscaleOutput;
  readonly usage: Readonly<Record<string, number>>;
  readonly tiles: readonly number[];
  readonly file: Uint8Array;
}

export interface RunUpscaleOptions {
  readonly limits?: Partial<DiffusionLimits>;
  readonly marks?: readonly PictureMark[];
  readonly signal?: AbortSignal;
  readonly onTile?: (tile: number) => void;
  /** Gets what was counted, however the job ends, and what is left in its folder. */
  readonly onEnd?: (end: { usage: Readonly<Record<string, number>>; left: readonly string[] }) => void;
}

/** Enlarges one picture, with a folder of its own. */
export async function runUpscaleJob(
  engine: ImageEngine,
  image: Uint8Array,
  input: Partial<UpscaleInput> | object = {},
  options: RunUpscaleOptions = {},
): Promise<RanUpscale> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-upscale-'));
  const dir = { in: join(folder, 'in'), out: join(folder, 'out'), tmp: join(folder, 'tmp') };
  const usage: Record<string, number> = {};
  const tiles: number[] = [];
  try {
    for (const path of Object.values(dir)) await mkdir(path);
    await writeFile(join(dir.in, 'image'), image);
    const output = await runUpscale(
      {
        ...{ jobId: 'job_test' as never, dir },
        input: parseInput(upscale, { image: { $part: 'image' }, ...input }),
        signal: options.signal ?? new AbortController().signal,
        file: async () => join(dir.in, 'image'),
        async emit({ tile }) {
          tiles.push(tile);
          options.onTile?.(tile);
        },
        progress: () => {},
        usage: {
          set(meter, total) {
            usage[meter] = Number(total);
          },
        },
      },
      { engine, limits: { ...DEFAULT_LIMITS, ...options.limits }, marks: options.marks },
    );
    const [name = ''] = await readdir(dir.out);
    return { output, usage, tiles, file: await readFile(join(dir.out, name)) };
  } finally {
    options.onEnd?.({ usage, left: await readdir(dir.out) });
    await rm(folder, { recursive: true });
  }
}
