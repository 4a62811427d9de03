import type { TranscodeInput } from '../capability/input.ts';
import type { SyncOption } from '../ffmpeg/find-ffmpeg.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import type { Loudness } from '../media/parse-loudness.ts';
import { audioArguments } from './audio-arguments.ts';
import { checkNames, checkStreamNames } from './check-names.ts';
import { clippedSeconds } from './clipped-seconds.ts';
import { decimal } from './decimal.ts';
import { decoderArguments } from './decoder-arguments.ts';
import { type Encoding, SOFTWARE_ENCODING } from './encoding.ts';
import { findOutputs } from './find-output.ts';
import type { PictureFacts } from './picture-chain.ts';
import { planMp4 } from './plan-mp4.ts';
import { planPackaging } from './plan-packaging.ts';
import { planPictures } from './plan-pictures.ts';
import { planSounds } from './plan-sounds.ts';
import { planTexts } from './plan-texts.ts';
import { requireSound } from './require-sound.ts';
import { segmentArguments } from './segment-arguments.ts';
import { sourceArguments } from './source-arguments.ts';
import type { TranscodePlan } from './transcode-plan.ts';

/** The file to read. */
export interface PlanSource extends PictureFacts {
  readonly path: string;
  /** Pictures of more are not decoded. @default any */
  readonly maxPixels?: number | undefined;
  /** Of the sounds that are to be normalized, by the number of their stream. @default none: they stay as they are */
  readonly loudness?: ReadonlyMap<number, Loudness> | undefined;
  /** What the ffmpeg that reads it calls that option. @default "-fps_mode" */
  readonly syncOption?: SyncOption | undefined;
}

/** Plans a transcode: one decode that feeds every rendition, the sound and the thumbnails. Pure. @throws TranscodeFailure */
export function planTranscode(
  input: TranscodeInput,
  probe: MediaProbe,
  source: PlanSource,
  encoding: Encoding = SOFTWARE_ENCODING,
): TranscodePlan {
  checkNames(input);
  const packaging = planPackaging(input);
  const { folder, hls, dash } = packaging;
  const seconds = clippedSeconds(input, lastsSeconds(input, probe));
  const { syncOption = '-fps_mode' } = source;
  const pictures = planPictures(input, probe, { packaging, seconds, encoding, facts: source, syncOption });
  const { renditions, thumbnails, previews, frameRate, segmentSeconds } = pictures;
  const sounds = packaging.encodes ? planSounds(input.audio, probe, packaging, source.loudness ?? new Map()) : [];
  const [soundOutput] = findOutputs(input, 'audio');
  if (soundOutput !== undefined || (packaging.encodes && renditions.length === 0)) requireSound(input, probe);
  const { texts, warnings } = planTexts(input, probe, packaging);
  const textFolders = texts.flatMap(({ directory }) => (directory === undefined ? [] : [{ directory }]));
  checkStreamNames([...renditions, ...sounds, ...textFolders]);

  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-progress', 'pipe:3', '-y'];
  const open = [
    ...(input.clip === undefined ? [] : ['-ss', decimal(input.clip.startSeconds)]),
    ...(input.clip?.durationSeconds === undefined ? [] : ['-t', decimal(input.clip.durationSeconds)]),
    ...decoderArguments(source.maxPixels, probe.video),
    ...sourceArguments(source.path),
  ];
  args.push(...pictures.inputArgs, ...open, ...pictures.args);
  for (const sound of sounds) {
    args.push('-map', `0:${sound.index}`, ...audioArguments(sound), ...segmentArguments(sound, segmentSeconds));
  }

  const rate = frameRate.num / frameRate.den;
  const [mp4] = findOutputs(input, 'mp4');
  const soundFiles = soundOutput && {
    name: soundOutput.name,
    files: sounds.map((sound) => ({ sound, file: `${soundOutput.name}/${sound.name}.m4a` })),
  };
  return {
    args,
    chain: pictures.chain,
    video: probe.video,
    open,
    frameRate,
    expectedFrames: seconds === undefined ? undefined : Math.max(1, Math.round(seconds * rate)),
    renditions,
    sounds,
    texts,
    segmentSeconds,
    ...{ hls, dash },
    mp4: mp4 === undefined ? undefined : planMp4(mp4, renditions),
    soundFiles,
    textFiles: findOutputs(input, 'subtitles')[0],
    thumbnails,
    previews,
    directories: [
      ...[...renditions, ...sounds].map(({ directory }) => directory),
      ...(hls?.container === 'ts' ? [...renditions, ...sounds].map(({ name }) => `${hls.name}/${name}`) : []),
      ...[hls, dash, mp4, soundFiles].flatMap((output) => output?.name ?? []),
      ...[...thumbnails, ...previews].map(({ name }) => name),
    ],
    frames: pictures.frames,
    scratch: packaging.encodes && packaging.scratch ? folder : undefined,
    warnings: [...pictures.warnings, ...warnings],
  };
}

/** The pictures decide where there are any: sound may go on after them. */
function lastsSeconds(input: Pick<TranscodeInput, 'ladder'>, probe: MediaProbe): number | undefined {
  return input.ladder === 'none' ? probe.durationSeconds : (probe.video?.durationSeconds ?? probe.durationSeconds);
}
