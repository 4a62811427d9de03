import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createJobId,
  type InputOf,
  type JobContext,
  type OutputOf,
  type Plugin,
  type Progress,
  parseInput,
  silentLogger,
} from '@byoc/core';
import { transcode } from '@byoc/plugin-transcode';
import { createTranscodePlugin, type TranscodePluginOptions } from '@byoc/plugin-transcode/plugin';

type Context = JobContext<typeof transcode>;

/** A transcode job, run without a host. */
export interface RanJob {
  readonly output: OutputOf<typeof transcode>;
  readonly out: string;
  readonly progress: readonly Progress[];
  readonly usage: readonly bigint[];
  readonly stages: readonly string[];
}

/** A scratch folder that is removed with `await using`. */
export async function scratch(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'byoc-transcode-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs the plugin's handler on a file, in folders under `folder`. */
export async function runJob(
  folder: string,
  source: string,
  input: Omit<InputOf<typeof transcode>, 'source'>,
  options: {
    signal?: AbortSignal;
    plugin?: TranscodePluginOptions | Plugin;
    onProgress?: (progress: Progress) => void;
    /** What further parts of the input are, by name. */
    files?: Readonly<Record<string, string>>;
  } = {},
): Promise<RanJob> {
  const root = await mkdtemp(join(folder, 'job-'));
  const dir = { in: join(root, 'in'), out: join(root, 'out'), tmp: join(root, 'tmp') };
  for (const path of Object.values(dir)) await mkdir(path);
  const progress: Progress[] = [];
  const usage: bigint[] = [];
  const stages: string[] = [];
  const context = {
    jobId: createJobId(),
    input: parseInput(transcode, { ...input, source: { $part: 'source' } }),
    signal: options.signal ?? new AbortController().signal,
    dir,
    log: silentLogger,
    file: async (blob: { $part: string }) => (blob.$part === 'source' ? source : options.files?.[blob.$part]),
    async emit(event: { stage: string }) {
      stages.push(event.stage);
    },
    progress(one: Progress) {
      progress.push(one);
      options.onProgress?.(one);
    },
    usage: {
      set(_meter: string, total: bigint | number) {
        usage.push(BigInt(total));
      },
    },
  } as unknown as Context;
  const { plugin = {} } = options;
  const [implementation] = ('implementations' in plugin ? plugin : createTranscodePlugin(plugin)).implementations;
  try {
    const output = (await implementation?.handler(context)) as OutputOf<typeof transcode>;
    return { output: transcode.schemas.output.parse(output), out: dir.out, progress, usage, stages };
  } catch (error) {
    const left = [...(await readdir(dir.out)), ...(await readdir(dir.tmp))];
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`, { cause: error });
    throw error;
  }
}
