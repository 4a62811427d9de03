import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobRef, parseInput, silentLogger } from '@byoc/core';
import { type GenerateInput, type GenerateOutput, generate } from '@byoc/plugin-diffusion';
import type { ImageEngine } from '@byoc/plugin-diffusion/engine';
import { DEFAULT_LIMITS } from '../../../packages/plugin-diffusion/src/job/limits.ts';
import type { PictureMark } from '../../../packages/plugin-diffusion/src/job/picture-mark.ts';
import { runGenerate } from '../../../packages/plugin-diffusion/src/job/run-generate.ts';
import { OnnxEngine } from '../../../packages/plugin-diffusion/src/onnx/onnx-engine.ts';
import { openStudio } from '../../../packages/plugin-diffusion/src/studio/open-studio.ts';
import type { Studio } from '../../../packages/plugin-diffusion/src/studio/studio.ts';
import { repositoryRoot } from '../../support/run-command.ts';

/** The pipelines of random weights. */
export const pipelines = join(repositoryRoot, 'packages/plugin-diffusion/fixtures/pipelines');

/** A studio with models of a folder, on the CPU. */
export function openTestStudio(modelsPath: string = pipelines, { maxModelBytes = 1024 ** 3 } = {}): Promise<Studio> {
  const builtinPath = join(repositoryRoot, 'packages/plugin-diffusion/model');
  const builtinUpscalerPath = join(repositoryRoot, 'packages/plugin-diffusion/upscaler');
  const signal = new AbortController().signal;
  return openStudio({ modelsPath, builtinPath, builtinUpscalerPath, providers: ['cpu'], maxModelBytes, signal });
}

/** The engine `onnx` on a studio. */
export async function openTestEngine(
  studio: Studio,
  { availableBytes = () => 8 * 1024 ** 3, batch = 4 } = {},
): Promise<OnnxEngine> {
  const engine = new OnnxEngine({ open: async () => studio, availableBytes, batch });
  const signal = new AbortController().signal;
  await engine.start({ log: silentLogger, tmp: tmpdir(), signal, onChange() {} });
  return engine;
}

export type StepEvent = {
  readonly image: number;
  readonly step: number;
  readonly steps: number;
  readonly preview?: string;
};

export interface RanJob {
  readonly output: GenerateOutput;
  readonly usage: Readonly<Record<string, number>>;
  readonly events: readonly StepEvent[];
  /** By name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface RunJobOptions {
  readonly parts?: Readonly<Record<string, Uint8Array>>;
  /** @default 8 GiB */
  readonly availableBytes?: () => number;
  readonly marks?: readonly PictureMark[];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StepEvent) => void;
  /** Gets what was counted, however the job ends, and what is left in its folder. */
  readonly onEnd?: (end: { usage: Readonly<Record<string, number>>; left: readonly string[] }) => void;
}

/** Runs one job with the engine `onnx` on a studio. */
export async function runJob(
  studio: Studio,
  input: Partial<GenerateInput> | object,
  options: RunJobOptions = {},
): Promise<RanJob> {
  return runJobOn(await openTestEngine(studio, options), input, options);
}

/** Runs one job with a folder of its own. */
export async function runJobOn(
  engine: ImageEngine,
  input: Partial<GenerateInput> | object,
  options: RunJobOptions = {},
): Promise<RanJob> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-diffusion-'));
  const dir = { in: join(folder, 'in'), out: join(folder, 'out'), tmp: join(folder, 'tmp') };
  const usage: Record<string, number> = {};
  const events: StepEvent[] = [];
  try {
    for (const path of Object.values(dir)) await mkdir(path);
    for (const [part, data] of Object.entries(options.parts ?? {})) await writeFile(join(dir.in, part), data);
    const output = await runGenerate(
      {
        ...{ jobId: 'job_test' as never, dir, log: silentLogger },
        input: parseInput(generate, { prompt: 'a red circle', ...input }),
        signal: options.signal ?? new AbortController().signal,
        file: async (ref: BlobRef) => join(dir.in, '$part' in ref ? ref.$part : ''),
        async emit(event) {
          events.push(event as StepEvent);
          options.onEvent?.(event as StepEvent);
        },
        progress: () => {},
        usage: {
          set(meter, total) {
            usage[meter] = Number(total);
          },
        },
      },
      { engine, limits: DEFAULT_LIMITS, marks: options.marks },
    );
    const files: Record<string, Uint8Array> = {};
    for (const name of await readdir(dir.out)) files[name] = await readFile(join(dir.out, name));
    return { output, usage, events, files };
  } finally {
    options.onEnd?.({ usage, left: await readdir(dir.out) });
    await rm(folder, { recursive: true });
  }
}
