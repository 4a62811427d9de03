import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createJobId, type InputOf } from '@byoc/core';
import { createWorker } from '@byoc/core/worker';
import { type LiveEvent, type LiveOutput, type LiveUpdate, live, livePartName } from '@byoc/plugin-transcode';
import { createTranscodePlugin, type TranscodePluginOptions } from '@byoc/plugin-transcode/plugin';
import { makeSource, picture, tone } from './make-source.ts';

type Frame = Parameters<ReturnType<typeof createWorker>['runJob']>[0] extends AsyncIterable<infer F> ? F : never;

/** A live job of a worker in this process. */
export interface LiveJob extends AsyncDisposable {
  readonly events: readonly LiveEvent[];
  /** Parts by name. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The latest text of each playlist. */
  readonly playlists: ReadonlyMap<string, string>;
  readonly usage: readonly bigint[];
  readonly result: Promise<LiveOutput>;
  /** The folder of the job, where its ffmpeg works. */
  readonly folder: string;
  send(sequence: number, bytes: Uint8Array, options?: Parameters<typeof livePartName>[1]): void;
  sendPart(part: string, bytes: Uint8Array): void;
  update(update: LiveUpdate): void;
  end(): void;
  cancel(): void;
  /** Resolves with the first event that fits, seen or to come; rejects when the job ends without. */
  event<T extends LiveEvent['type']>(
    type: T,
    fits?: (event: Extract<LiveEvent, { type: T }>) => boolean,
  ): Promise<Extract<LiveEvent, { type: T }>>;
}

/** Starts a live job. */
export async function startLiveJob(
  folder: string,
  input: InputOf<typeof live>,
  options: { plugin?: TranscodePluginOptions; deadlineMs?: number } = {},
): Promise<LiveJob> {
  const jobsPath = await mkdtemp(join(folder, 'live-'));
  const worker = createWorker(createTranscodePlugin(options.plugin), { jobsPath, tmpPath: jobsPath });
  await worker.setup();
  const jobId = createJobId();
  const queue: Frame[] = [];
  let wake = () => {};
  const push = (frame: Frame) => {
    queue.push(frame);
    wake();
  };
  async function* frames(): AsyncGenerator<Frame> {
    for (;;) {
      const frame = queue.shift();
      if (frame !== undefined) yield frame;
      else await new Promise<void>((resolve) => (wake = resolve));
      if (frame?.type === 'end') return;
    }
  }
  push({
    ...{ type: 'open', jobId, capability: live.reference, inputJson: encode(input), traceparent: '' },
    ...{ deadline: Date.now() + (options.deadlineMs ?? 100_000), onDisconnect: 'cancel', stagedParts: [] },
  });
  const events: LiveEvent[] = [];
  const files = new Map<string, Buffer>();
  const playlists = new Map<string, string>();
  const usage: bigint[] = [];
  const listeners = new Set<() => void>();
  let over = false;
  const read = async (): Promise<LiveOutput> => {
    const pieces = new Map<string, Uint8Array[]>();
    for await (const batch of worker.runJob(frames())) {
      for (const frame of batch) {
        if (frame.type === 'error') throw frame.error;
        if (frame.type === 'result') return decode(frame.outputJson) as LiveOutput;
        if (frame.type === 'usage') usage.push(frame.usage['pixels'] ?? 0n);
        if (frame.type === 'event') {
          const event = decode(frame.eventJson) as LiveEvent;
          events.push(event);
          if (event.type === 'playlist') playlists.set(event.file, event.text);
          for (const listener of listeners) listener();
        }
        if (frame.type === 'chunk') {
          const list = pieces.get(frame.part) ?? [];
          list.push(frame.data);
          pieces.set(frame.part, list);
          if (frame.last) files.set(frame.part, Buffer.concat(list));
        }
      }
    }
    throw new Error('the job ended without a result');
  };
  const result = read().finally(() => {
    over = true;
    for (const listener of listeners) listener();
  });
  result.catch(() => {});
  const sendPart = (part: string, bytes: Uint8Array) => {
    const size = 1024 * 1024;
    for (let at = 0; at === 0 || at < bytes.length; at += size)
      push({ type: 'chunk', part, data: bytes.subarray(at, at + size), last: at + size >= bytes.length });
  };
  return {
    ...{ events, files, playlists, usage, result, folder: join(jobsPath, jobId), sendPart },
    send: (sequence, bytes, named) => sendPart(livePartName(sequence, named), bytes),
    update: (update) => push({ type: 'update', paramsJson: encode(update) }),
    end: () => push({ type: 'end' }),
    cancel: () => void worker.cancelJob({ jobId, reason: 'the test', graceMs: 5000 }),
    event: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find((event) => event.type === type && fits(event as never));
          if (found !== undefined) resolve(found as never);
          else if (over) reject(new Error(`the job ended without \`${type}\`: ${JSON.stringify(events)}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      push({ type: 'end' });
      await worker.cancelJob({ jobId, reason: 'the test is over', graceMs: 5000 }).catch(() => {});
      await result.catch(() => {});
      await worker.close();
      await rm(jobsPath, { recursive: true, force: true });
    },
  };
}

/** Makes segments that start with a keyframe, of two seconds unless said otherwise; for MP4 the initialization section comes first. */
export async function makeSegments(
  folder: string,
  options: {
    count: number;
    size?: string;
    rate?: number;
    seconds?: number;
    sound?: boolean;
    container?: 'ts' | 'mp4';
    encode?: string[];
  },
): Promise<Buffer[]> {
  const { count, size = '320x180', rate = 30, seconds = 2, container = 'ts' } = options;
  const work = await mkdtemp(join(folder, 'segments-'));
  const total = count * seconds;
  const gop = String(Math.round(rate * seconds));
  const encoder = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '23',
    '-pix_fmt',
    'yuv420p',
    '-g',
    gop,
    '-sc_threshold',
    '0',
  ];
  const muxer =
    container === 'ts'
      ? ['-f', 'segment', '-segment_time', String(seconds), '-segment_time_delta', '0.01', '-segment_format', 'mpegts']
      : [
          '-f',
          'hls',
          '-hls_time',
          String(seconds),
          '-hls_segment_type',
          'fmp4',
          '-hls_segment_filename',
          join(work, '%03d.m4s'),
        ];
  await makeSource(join(work, container === 'ts' ? '%03d.ts' : 'index.m3u8'), [
    ...picture(size, rate, total),
    ...(options.sound === false ? [] : tone(total)),
    ...[...encoder, ...(options.encode ?? []), '-c:a', 'aac', ...muxer],
  ]);
  const init = container === 'mp4' ? await readFile(join(work, 'init.mp4')) : undefined;
  const names = (await readdir(work)).filter((name) => /\.(ts|m4s)$/.test(name)).sort();
  const segments = await Promise.all(names.slice(0, count).map((name) => readFile(join(work, name))));
  await rm(work, { recursive: true });
  return init === undefined ? segments : [init, ...segments];
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
