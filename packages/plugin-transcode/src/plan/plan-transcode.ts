import type { OutputRequestOf, TranscodeInput } from '../capability/input.ts';
import type { Fraction } from '../media/fraction.ts';
import { displaySize, type MediaProbe, type VideoStream } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { audioArguments, encoderArguments, segmentArguments } from './encoder-arguments.ts';
import { selectFrameRate } from './select-frame-rate.ts';
import { selectLadder } from './select-ladder.ts';
import { sourceArguments } from './source-arguments.ts';
import type { PlannedRendition, PlannedThumbnails, TranscodePlan } from './transcode-plan.ts';

/** Plans a transcode: one decode that feeds every rendition, the sound and the thumbnails. Pure. @throws TranscodeFailure */
export function planTranscode(input: TranscodeInput, probe: MediaProbe, source: { path: string }): TranscodePlan {
  const video = requireVideo(probe);
  checkNames(input);
  const size = displaySize(video);
  const frameRate = selectFrameRate(video, input.video.maxFrameRate);
  const rate = frameRate.num / frameRate.den;
  const hls = find(input, 'hls');
  const mp4 = find(input, 'mp4');
  const encodes = hls !== undefined || mp4 !== undefined;
  const ladder = encodes ? selectLadder(input, size, rate) : { rungs: [], warnings: [] };
  const folder = hls?.name ?? 'intermediate';
  const streamAt = (directory: string) => ({
    directory,
    playlist: `${directory}/index.m3u8`,
    initSection: `${directory}/init.mp4`,
  });
  const renditions: PlannedRendition[] = ladder.rungs.map((rung) => ({
    ...rung,
    ...streamAt(`${folder}/${rung.name}`),
  }));
  const audio =
    encodes && input.audio.codec === 'aac' && probe.audio !== undefined
      ? {
          ...streamAt(`${folder}/audio`),
          ...input.audio,
          channels: Math.min(input.audio.channels, probe.audio.channels),
          index: probe.audio.index,
        }
      : undefined;
  if (audio !== undefined && renditions.some(({ name }) => name === 'audio')) throw nameTaken('audio');

  // Whole frames a keyframe interval, whole intervals a segment: then every rendition cuts at the same frames.
  const keyframeFrames = Math.max(1, Math.round(rate * input.video.keyframeSeconds));
  const gopSeconds = keyframeFrames / rate;
  const segmentSeconds = gopSeconds * Math.max(1, Math.round((hls?.segmentSeconds ?? 4) / gopSeconds));
  const seconds = clippedSeconds(input, probe.durationSeconds);
  const thumbnails = input.outputs
    .filter((output): output is OutputRequestOf<'thumbnails'> => output.kind === 'thumbnails')
    .map((output) => planThumbnails(output, size, seconds));

  // A clip that starts between two pictures would have one too many.
  const cut =
    input.clip?.durationSeconds === undefined
      ? ''
      : `,trim=end_frame=${Math.max(1, Math.round((seconds ?? 1) * rate))}`;
  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-progress', 'pipe:3', '-y'];
  if (input.clip !== undefined) args.push('-ss', decimal(input.clip.startSeconds));
  if (input.clip?.durationSeconds !== undefined) args.push('-t', decimal(input.clip.durationSeconds));
  args.push(
    ...sourceArguments(source.path),
    '-filter_complex',
    filterGraph(video, frameRate, cut, renditions, thumbnails),
  );
  for (const [at, rendition] of renditions.entries()) {
    args.push('-map', `[v${at}]`, ...encoderArguments(input.video, rendition.rateControl, keyframeFrames));
    // Half a frame less, so that rounding never moves a cut to the next keyframe.
    args.push(...segmentArguments(rendition, segmentSeconds - 0.5 / rate));
  }
  if (audio !== undefined) {
    args.push('-map', `0:${audio.index}`, ...audioArguments(audio), ...segmentArguments(audio, segmentSeconds));
  }
  for (const [at, sheet] of thumbnails.entries()) {
    args.push('-map', `[t${at}]`, '-an', '-sn', '-q:v', '4', '-f', 'image2', sheet.sheetPattern);
  }

  const files = mp4 === undefined ? [] : mp4.renditions === 'all' ? renditions : [largest(renditions)];
  return {
    args,
    frameRate,
    expectedFrames: seconds === undefined ? undefined : Math.max(1, Math.round(seconds * rate)),
    renditions,
    audio,
    hls: hls === undefined ? undefined : { name: hls.name, master: `${hls.name}/master.m3u8`, segmentSeconds },
    mp4:
      mp4 === undefined
        ? undefined
        : { name: mp4.name, files: files.map(({ name }) => ({ rendition: name, file: `${mp4.name}/${name}.mp4` })) },
    thumbnails,
    directories: [
      ...[...renditions, ...(audio === undefined ? [] : [audio])].map(({ directory }) => directory),
      ...(mp4 === undefined ? [] : [mp4.name]),
      ...thumbnails.map(({ name }) => name),
    ],
    scratch: encodes && hls === undefined ? folder : undefined,
    warnings: ladder.warnings,
  };
}

function find<K extends 'hls' | 'mp4'>(input: TranscodeInput, kind: K): OutputRequestOf<K> | undefined {
  return input.outputs.find((output): output is OutputRequestOf<K> => output.kind === kind);
}

function requireVideo(probe: MediaProbe): VideoStream {
  if (probe.video !== undefined && probe.video.width > 0 && probe.video.height > 0) return probe.video;
  throw new TranscodeFailure({
    reason: probe.video === undefined ? 'source-without-video' : 'source-unreadable',
    message:
      probe.video === undefined
        ? `The source (${probe.format}) has no moving pictures`
        : 'The source does not tell the size of its pictures',
    hint: 'Send a file with a video stream.',
    recovery: 'fix-request',
  });
}

function checkNames(input: TranscodeInput): void {
  const names = new Set<string>(['intermediate']);
  const kinds = new Set<string>();
  for (const { name, kind } of input.outputs) {
    if (names.has(name)) throw nameTaken(name);
    if (kind !== 'thumbnails' && kinds.has(kind)) {
      throw new TranscodeFailure({
        reason: 'output-kind-repeated',
        message: `The job asks for more than one \`${kind}\` output`,
        hint: 'Ask for each kind once; put further sizes into the ladder.',
        recovery: 'fix-request',
      });
    }
    names.add(name);
    kinds.add(kind);
  }
}

function nameTaken(name: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'name-taken',
    message: `The name \`${name}\` is taken`,
    hint: 'Give each output its own name; `audio` and `intermediate` are used by the plugin.',
    recovery: 'fix-request',
  });
}

function clippedSeconds(input: TranscodeInput, duration: number | undefined): number | undefined {
  const start = input.clip?.startSeconds ?? 0;
  if (duration !== undefined && start >= duration) {
    throw new TranscodeFailure({
      reason: 'clip-outside-source',
      message: `The clip starts at ${start} s, and the source ends at ${duration} s`,
      hint: 'Start the clip inside the source.',
      recovery: 'fix-request',
    });
  }
  const left = duration === undefined ? undefined : duration - start;
  const asked = input.clip?.durationSeconds;
  return left === undefined ? asked : Math.min(left, asked ?? left);
}

function planThumbnails(
  output: OutputRequestOf<'thumbnails'>,
  size: { width: number; height: number },
  seconds: number | undefined,
): PlannedThumbnails {
  const { name, columns, rows } = output;
  const width = Math.max(2, Math.floor(Math.min(output.width, size.width) / 2) * 2);
  return {
    name,
    track: `${name}/thumbnails.vtt`,
    sheetPattern: `${name}/sprite-%04d.jpg`,
    everySeconds: output.everySeconds ?? Math.max(1, Math.ceil((seconds ?? 1000) / 100)),
    width,
    height: Math.max(2, Math.round((width * size.height) / size.width / 2) * 2),
    columns,
    rows,
  };
}

function filterGraph(
  video: VideoStream,
  rate: Fraction,
  cut: string,
  renditions: readonly PlannedRendition[],
  thumbnails: readonly PlannedThumbnails[],
): string {
  const labels = [...renditions.map((_, at) => `[s${at}]`), ...thumbnails.map((_, at) => `[p${at}]`)];
  const chains = [
    `[0:${video.index}]fps=${rate.num}/${rate.den}:start_time=0${cut},split=${labels.length}${labels.join('')}`,
  ];
  for (const [at, { width, height }] of renditions.entries()) {
    chains.push(`[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1,format=yuv420p[v${at}]`);
  }
  for (const [at, { everySeconds, width, height, columns, rows }] of thumbnails.entries()) {
    // Rounding up shows the picture at the interval's start; so the first interval starts with the first picture.
    const pick = `fps=fps=1/${decimal(everySeconds)}:round=up:eof_action=pass`;
    chains.push(
      `[p${at}]${pick},scale=${width}:${height}:flags=bicubic,setsar=1,format=yuvj420p,tile=${columns}x${rows}[t${at}]`,
    );
  }
  return chains.join(';');
}

function largest(renditions: readonly PlannedRendition[]): PlannedRendition {
  return renditions.reduce((best, one) => (one.width * one.height > best.width * best.height ? one : best));
}

function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
