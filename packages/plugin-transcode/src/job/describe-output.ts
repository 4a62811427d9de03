import type { RenditionResult, SoundResult, SubtitleResult, TranscodeOutput } from '../capability/output.ts';
import type { PerTitleResult } from '../capability/per-title-result.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import type { Loudness } from '../media/parse-loudness.ts';
import type { WrittenText } from '../packaging/write-texts.ts';
import { frameRateOf, type WrittenSound, type WrittenStreams } from '../packaging/written-streams.ts';
import type { PlannedStream, TranscodePlan } from '../plan/transcode-plan.ts';
import type { QualityReport } from '../proof/measure-quality.ts';
import type { HardwareResult } from './describe-hardware.ts';
import { describeSource } from './describe-source.ts';
import { HLS_TYPE, part } from './part.ts';
import { publishedStream } from './published-stream.ts';
import type { StreamFacts } from './read-stream.ts';
import { round } from './round.ts';
import { writeOutputs } from './write-outputs.ts';

export interface DescribeOutputInput {
  readonly plan: TranscodePlan;
  readonly probe: MediaProbe;
  readonly bytes: number;
  /** Of the renditions, in the plan's order. */
  readonly facts: readonly StreamFacts[];
  /** Of the sounds, in the plan's order. */
  readonly soundFacts: readonly StreamFacts[];
  /** Of the sounds that were normalized, as they were encoded; in the plan's order. */
  readonly loudness: readonly (Loudness | undefined)[];
  readonly texts: { readonly written: readonly WrittenText[]; readonly warnings: readonly string[] };
  readonly quality: QualityReport;
  readonly found: FoundFfmpeg;
  /** The output folder: the manifests and the thumbnail tracks are written there. */
  readonly directory: string;
  readonly pixels: bigint;
  /** @default the ladder was not chosen by trials */
  readonly perTitle: PerTitleResult | undefined;
  readonly hardware: HardwareResult | undefined;
  /** What ffmpeg said about errors in the source. */
  readonly damage: string | undefined;
}

/** Writes the playlists and tracks that follow from what was encoded, and says what there is. */
export async function describeOutput(input: DescribeOutputInput): Promise<TranscodeOutput> {
  const { plan } = input;
  const streams = writtenStreams(input);
  const sounds = streams.sounds.map((sound, at) => describeSound(input, sound, at));
  return {
    source: describeSource(input.probe, input.bytes),
    renditions: plan.renditions.map((_, at) => describeRendition(input, at)),
    ...(sounds[0] === undefined ? {} : { audio: sounds[0] }),
    sounds,
    subtitles: input.texts.written.map((text) => describeText(plan, text)),
    outputs: await writeOutputs(plan, streams, input.directory),
    ...(input.hardware === undefined ? {} : { hardware: input.hardware }),
    ...(input.perTitle === undefined ? {} : { perTitle: input.perTitle }),
    ffmpeg: { version: input.found.ffmpeg.version, origin: input.found.ffmpeg.origin },
    usage: { pixels: String(input.pixels) },
    warnings: [
      ...plan.warnings,
      ...input.texts.warnings,
      ...silences(plan),
      ...input.quality.warnings,
      ...shortfall(plan, input.facts),
      ...(input.damage === undefined ? [] : [input.damage]),
    ],
  };
}

function writtenStreams({ plan, facts, soundFacts, texts }: DescribeOutputInput): WrittenStreams {
  const written = <T extends PlannedStream & { readonly name: string }>(
    streams: readonly T[],
    all: readonly StreamFacts[],
  ) =>
    streams.map((stream, at) => ({ ...stream, stream: publishedStream(plan, stream), facts: all[at] as StreamFacts }));
  return {
    pictures: written(plan.renditions, facts),
    sounds: written(plan.sounds, soundFacts),
    texts: texts.written,
  };
}

function describeRendition({ plan, facts, quality }: DescribeOutputInput, at: number): RenditionResult {
  const rendition = plan.renditions[at] as TranscodePlan['renditions'][number];
  const own = facts[at] as StreamFacts;
  const { init, samples, seconds, bitrate, peakBitrate, bytes } = own;
  const { psnr, ssim, vmaf } = quality.renditions[at] ?? {};
  const mp4 = plan.mp4?.files.find((file) => file.rendition === rendition.name);
  return {
    name: rendition.name,
    width: init.width,
    height: init.height,
    frames: samples,
    frameRate: round(frameRateOf(own), 6),
    codec: init.codec ?? 'unknown',
    encoder: rendition.encoder,
    durationMs: round(seconds * 1000, 3),
    bitrate,
    peakBitrate,
    bytes,
    ...playlistOf(plan, publishedStream(plan, rendition)),
    ...(mp4 === undefined ? {} : { mp4: part(mp4.file, 'video/mp4') }),
    ...(psnr === undefined ? {} : { psnr: round(psnr, 3) }),
    ...(ssim === undefined ? {} : { ssim: round(ssim, 6) }),
    ...(vmaf === undefined ? {} : { vmaf: round(vmaf, 3) }),
  };
}

function describeSound(
  { plan, loudness }: DescribeOutputInput,
  { name, stream, facts, label, language }: WrittenSound,
  at: number,
): SoundResult {
  const source = plan.sounds[at]?.normalization?.measured;
  const result = loudness[at];
  const file = plan.soundFiles?.files.find(({ sound }) => sound.name === name);
  return {
    codec: facts.init.codec ?? 'unknown',
    channels: facts.init.channels,
    sampleRate: facts.init.sampleRate,
    durationMs: round(facts.seconds * 1000, 3),
    bitrate: facts.bitrate,
    label,
    ...(language === undefined ? {} : { language }),
    ...(source === undefined || result === undefined
      ? {}
      : { loudness: { source: withoutGate(source), result: withoutGate(result) } }),
    ...playlistOf(plan, stream),
    ...(file === undefined ? {} : { file: part(file.file, 'audio/mp4') }),
  };
}

function describeText(plan: TranscodePlan, text: WrittenText): SubtitleResult {
  const { label, language, forced, isDefault, cues, directory, file } = text;
  return {
    label,
    ...(language === undefined ? {} : { language }),
    ...{ forced, default: isDefault, cues: cues.length },
    ...(plan.hls === undefined || directory === undefined
      ? {}
      : { playlist: part(`${directory}/index.m3u8`, HLS_TYPE) }),
    ...(file === undefined ? {} : { file: part(file, 'text/vtt') }),
  };
}

function withoutGate({ integrated, truePeak, range }: Loudness): Omit<Loudness, 'threshold'> {
  return { integrated, truePeak, range };
}

function playlistOf(plan: TranscodePlan, { playlist }: PlannedStream): Pick<RenditionResult, 'playlist'> {
  return plan.hls !== undefined || plan.dash !== undefined ? { playlist: part(playlist, HLS_TYPE) } : {};
}

/** Silence has no loudness. */
function silences({ sounds }: TranscodePlan): string[] {
  return sounds.flatMap(({ label, loudness, normalization }) =>
    loudness !== undefined && normalization === undefined
      ? [`The sound ${label} was not normalized: it is silent.`]
      : [],
  );
}

/** A source may say that it is longer than it is: cut off, or damaged. */
function shortfall(plan: TranscodePlan, facts: readonly StreamFacts[]): string[] {
  const frames = Math.min(...facts.map(({ samples }) => samples));
  if (plan.expectedFrames === undefined || facts.length === 0 || frames >= plan.expectedFrames * 0.98 - 2) return [];
  return [
    `The source promises ${plan.expectedFrames} frames, and ${frames} could be decoded: it may be cut off or damaged.`,
  ];
}
