import type { OutputOf } from '@byoc/core';
import type { RunInput } from '@byoc/core/gateway';
import type { transcode } from '@byoc/plugin-transcode';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { runCommand } from '../../../support/run-command.ts';

/** A job that came to its end, with its files in a folder. */
export interface DoneJob {
  readonly output: OutputOf<typeof transcode>;
  readonly out: string;
}

/** What must come of a source: a reason and words of the message, or a result. */
export type SourceRow = {
  /** What the source is, for the test's title. */
  readonly source: string;
  /** Its file name. @default a name without meaning */
  readonly file?: string;
  /** Writes it. */
  readonly make: (path: string) => Promise<unknown>;
  readonly input?: Partial<Omit<RunInput<typeof transcode>, 'source'>>;
} & ({ readonly refused: string; readonly says: RegExp } | { readonly right: (job: DoneJob) => Promise<void> | void });

const { ffprobe = 'ffprobe' } = await findFfmpeg();

/** What ffprobe counts in a stream of the result. */
export interface ProbedStream {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly rate: string;
  readonly pixelFormat: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Of the packets, in time. */
  readonly seconds: number;
  /** Times of the packets that are keyframes, from the first packet. */
  readonly keyframes: readonly number[];
}

/** Reads every packet of a file's first stream. */
export async function probeStream(file: string): Promise<ProbedStream> {
  const entries =
    'stream=codec_name,width,height,avg_frame_rate,pix_fmt,channels,sample_rate:packet=pts_time,duration_time,flags';
  const { stdout, stderr } = await runCommand(ffprobe, [
    ...['-v', 'error', '-select_streams', '0', '-show_entries', entries, '-of', 'json', file],
  ]);
  const { streams, packets } = JSON.parse(stdout) as {
    streams: Record<string, string | number>[];
    packets: { pts_time: string; duration_time?: string; flags: string }[];
  };
  const [stream] = streams;
  if (stream === undefined) throw new Error(`ffprobe finds no stream in ${file}: ${stderr}`);
  const times = packets.map((packet) => Number(packet.pts_time));
  const first = Math.min(...times);
  const end = Math.max(...packets.map((packet, at) => (times[at] as number) + Number(packet.duration_time ?? 0)));
  return {
    codec: String(stream['codec_name']),
    width: Number(stream['width'] ?? 0),
    height: Number(stream['height'] ?? 0),
    frames: packets.length,
    rate: String(stream['avg_frame_rate']),
    pixelFormat: String(stream['pix_fmt']),
    channels: Number(stream['channels'] ?? 0),
    sampleRate: Number(stream['sample_rate'] ?? 0),
    seconds: Number((end - first).toFixed(3)),
    keyframes: packets.flatMap(({ flags }, at) =>
      flags.startsWith('K') ? [Number(((times[at] as number) - first).toFixed(3))] : [],
    ),
  };
}
