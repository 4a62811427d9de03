import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputResult, SourceProbe, TranscodeOutput } from '../capability/output.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { displaySize, type MediaProbe } from '../media/media-probe.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import { writeMasterPlaylist } from '../plan/write-master-playlist.ts';
import { writeThumbnailTrack } from '../plan/write-thumbnail-track.ts';
import type { QualityReport } from '../proof/measure-quality.ts';
import type { StreamFacts } from './read-stream.ts';

export interface DescribeOutputInput {
  readonly plan: TranscodePlan;
  readonly probe: MediaProbe;
  readonly bytes: number;
  /** Of the renditions, in the plan's order. */
  readonly facts: readonly StreamFacts[];
  readonly audioFacts: StreamFacts | undefined;
  readonly quality: QualityReport;
  readonly found: FoundFfmpeg;
  /** The output folder: the master playlist and the thumbnail tracks are written there. */
  readonly directory: string;
  readonly pixels: bigint;
}

const part = (name: string, mediaType: string) => ({ $part: name, mediaType });
const HLS = 'application/vnd.apple.mpegurl';

/** Writes the playlists and tracks that follow from what was encoded, and says what there is. */
export async function describeOutput(input: DescribeOutputInput): Promise<TranscodeOutput> {
  const { plan, facts, audioFacts } = input;
  const frameRate = round(plan.frameRate.num / plan.frameRate.den, 6);
  const renditions = plan.renditions.map((rendition, at) => {
    const { init, samples, seconds, bitrate, peakBitrate, bytes } = facts[at] as StreamFacts;
    const { psnr, ssim, vmaf } = input.quality.renditions[at] ?? {};
    const mp4 = plan.mp4?.files.find((file) => file.rendition === rendition.name);
    return {
      name: rendition.name,
      width: init.width,
      height: init.height,
      frames: samples,
      frameRate,
      codec: init.codec ?? 'avc1',
      durationMs: round(seconds * 1000, 3),
      bitrate,
      peakBitrate,
      bytes,
      ...(plan.hls === undefined ? {} : { playlist: part(rendition.playlist, HLS) }),
      ...(mp4 === undefined ? {} : { mp4: part(mp4.file, 'video/mp4') }),
      ...(psnr === undefined ? {} : { psnr: round(psnr, 3) }),
      ...(ssim === undefined ? {} : { ssim: round(ssim, 6) }),
      ...(vmaf === undefined ? {} : { vmaf: round(vmaf, 3) }),
    };
  });
  const audio =
    plan.audio === undefined || audioFacts === undefined
      ? undefined
      : {
          codec: audioFacts.init.codec ?? 'mp4a.40.2',
          channels: plan.audio.channels,
          sampleRate: plan.audio.sampleRate,
          durationMs: round(audioFacts.seconds * 1000, 3),
          bitrate: audioFacts.bitrate,
          ...(plan.hls === undefined ? {} : { playlist: part(plan.audio.playlist, HLS) }),
        };
  return {
    source: describeSource(input.probe, input.bytes),
    renditions,
    ...(audio === undefined ? {} : { audio }),
    outputs: await writeOutputs(input, renditions),
    ffmpeg: { version: input.found.ffmpeg.version, origin: input.found.ffmpeg.origin },
    usage: { pixels: String(input.pixels) },
    warnings: [...plan.warnings, ...input.quality.warnings, ...shortfall(plan, facts)],
  };
}

async function writeOutputs(
  input: DescribeOutputInput,
  renditions: TranscodeOutput['renditions'],
): Promise<OutputResult[]> {
  const { plan, facts, audioFacts, directory } = input;
  const outputs: OutputResult[] = [];
  if (plan.hls !== undefined) {
    const { name, master, segmentSeconds } = plan.hls;
    const variants = renditions.map((rendition) => ({ ...rendition, uri: `${rendition.name}/index.m3u8` }));
    const sound =
      plan.audio === undefined || audioFacts === undefined
        ? undefined
        : {
            uri: 'audio/index.m3u8',
            codec: 'mp4a.40.2',
            channels: plan.audio.channels,
            bitrate: audioFacts.bitrate,
            peakBitrate: audioFacts.peakBitrate,
          };
    await writeFile(join(directory, master), writeMasterPlaylist(variants, sound));
    const streams = [...plan.renditions, ...(plan.audio === undefined ? [] : [plan.audio])];
    const files = streams.flatMap(({ playlist, initSection }) => [part(playlist, HLS), part(initSection, 'video/mp4')]);
    const segments = [...facts, ...(audioFacts === undefined ? [] : [audioFacts])].reduce(
      (sum, one) => sum + one.segments,
      0,
    );
    outputs.push({
      kind: 'hls',
      name,
      master: part(master, HLS),
      files: [part(master, HLS), ...files],
      segments,
      segmentSeconds: round(segmentSeconds, 6),
    });
  }
  if (plan.mp4 !== undefined) {
    outputs.push({
      kind: 'mp4',
      name: plan.mp4.name,
      files: plan.mp4.files.map(({ file }) => part(file, 'video/mp4')),
    });
  }
  const seconds = facts[0]?.seconds ?? (plan.expectedFrames ?? 1) * (plan.frameRate.den / plan.frameRate.num);
  for (const sheet of plan.thumbnails) {
    const sheets = (await readdir(join(directory, sheet.name))).filter((file) => file.endsWith('.jpg')).sort();
    const { text, pictures } = writeThumbnailTrack(sheet, sheets, seconds);
    await writeFile(join(directory, sheet.track), text);
    const { name, width, height, everySeconds } = sheet;
    const files = sheets.map((file) => part(`${name}/${file}`, 'image/jpeg'));
    outputs.push({
      kind: 'thumbnails',
      name,
      track: part(sheet.track, 'text/vtt'),
      files,
      pictures,
      width,
      height,
      everySeconds,
    });
  }
  return outputs;
}

/** A source may say that it is longer than it is: cut off, or damaged. */
function shortfall(plan: TranscodePlan, facts: readonly StreamFacts[]): string[] {
  const frames = Math.min(...facts.map(({ samples }) => samples));
  if (plan.expectedFrames === undefined || facts.length === 0 || frames >= plan.expectedFrames * 0.98 - 2) return [];
  return [
    `The source promises ${plan.expectedFrames} frames, and ${frames} could be decoded: it may be cut off or damaged.`,
  ];
}

function describeSource(probe: MediaProbe, bytes: number): SourceProbe {
  const { video, audio } = probe;
  if (video === undefined) throw new TypeError('a planned source has a video stream');
  const rate = video.averageRate ?? video.realRate;
  return {
    format: probe.format,
    durationMs: round((probe.durationSeconds ?? 0) * 1000, 3),
    bytes,
    video: {
      codec: video.codec,
      ...displaySize(video),
      codedWidth: video.width,
      codedHeight: video.height,
      rotation: video.rotation,
      frameRate: rate === undefined ? 0 : round(rate.num / rate.den, 6),
      pixelFormat: video.pixelFormat,
    },
    ...(audio === undefined
      ? {}
      : { audio: { codec: audio.codec, channels: audio.channels, sampleRate: audio.sampleRate } }),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
