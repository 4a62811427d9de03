import { execFile } from 'node:child_process';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';

const { ffprobe = 'ffprobe' } = await findFfmpeg();

/** A piece of a stream, as ffprobe reads it. */
export interface ProbedBytes {
  readonly stream: Readonly<Record<string, unknown>>;
  /** In decoding order; times in seconds. */
  readonly packets: readonly {
    readonly dts: number;
    readonly pts: number;
    readonly seconds: number;
    readonly key: boolean;
  }[];
}

/** Reads media with ffprobe: an initialization section and segments of it, or segments of MPEG-TS. One result for each segment. */
export async function probeSegments(map: Uint8Array, segments: readonly Uint8Array[]): Promise<ProbedBytes[]> {
  const bytes = Buffer.concat([map, ...segments]);
  // Edit lists shift times; what segments say is what players go by.
  const args = ['-v', 'quiet', '-ignore_editlist', '1', '-show_streams', '-show_packets', '-of', 'json', '-'];
  const plain = bytes[0] === 0x47 ? args.toSpliced(2, 2) : args;
  const stdout = await new Promise<string>((done, failed) => {
    const child = execFile(ffprobe, plain, { maxBuffer: 64 * 1024 * 1024 }, (error, out) => {
      // A keyframe by itself is a file that breaks off: ffprobe says so, and tells what it has read.
      if (error !== null && out === '') failed(error);
      else done(out);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(bytes);
  });
  const { streams = [], packets = [] } = JSON.parse(stdout) as {
    streams?: Record<string, unknown>[];
    packets?: Record<string, string>[];
  };
  let end = map.length;
  return segments.map((segment) => {
    const start = end;
    end += segment.length;
    const own = packets.filter(({ pos }) => Number(pos) >= start && Number(pos) < start + segment.length);
    return {
      stream: streams[0] ?? {},
      packets: own.map(({ dts_time, pts_time, duration_time, flags = '' }) => ({
        dts: Number(dts_time ?? pts_time),
        pts: Number(pts_time),
        seconds: Number(duration_time),
        key: flags.startsWith('K'),
      })),
    };
  });
}
