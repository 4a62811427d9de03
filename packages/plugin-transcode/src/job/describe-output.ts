import type { TranscodeOutput } from '../capability/output.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';
import type { QualityReport } from '../proof/measure-quality.ts';
import { describeSource } from './describe-source.ts';
import { HLS_TYPE, part } from './part.ts';
import type { StreamFacts } from './read-stream.ts';
import { round } from './round.ts';
import { writeOutputs } from './write-outputs.ts';

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
      ...(plan.hls === undefined ? {} : { playlist: part(rendition.playlist, HLS_TYPE) }),
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
          ...(plan.hls === undefined ? {} : { playlist: part(plan.audio.playlist, HLS_TYPE) }),
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

/** A source may say that it is longer than it is: cut off, or damaged. */
function shortfall(plan: TranscodePlan, facts: readonly StreamFacts[]): string[] {
  const frames = Math.min(...facts.map(({ samples }) => samples));
  if (plan.expectedFrames === undefined || facts.length === 0 || frames >= plan.expectedFrames * 0.98 - 2) return [];
  return [
    `The source promises ${plan.expectedFrames} frames, and ${frames} could be decoded: it may be cut off or damaged.`,
  ];
}
