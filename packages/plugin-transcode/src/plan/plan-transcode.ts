import type { TranscodeInput } from '../capability/input.ts';
import { displaySize, type MediaProbe } from '../media/media-probe.ts';
import { audioArguments } from './audio-arguments.ts';
import { checkNames, nameTaken } from './check-names.ts';
import { clippedSeconds } from './clipped-seconds.ts';
import { decimal } from './decimal.ts';
import { encoderArguments } from './encoder-arguments.ts';
import { filterGraph } from './filter-graph.ts';
import { findOutputs } from './find-output.ts';
import { planAudio } from './plan-audio.ts';
import { planMp4 } from './plan-mp4.ts';
import { planSegments } from './plan-segments.ts';
import { planThumbnails } from './plan-thumbnails.ts';
import { requireVideo } from './require-video.ts';
import { segmentArguments } from './segment-arguments.ts';
import { selectFrameRate } from './select-frame-rate.ts';
import { selectLadder } from './select-ladder.ts';
import { sourceArguments } from './source-arguments.ts';
import { streamAt } from './stream-at.ts';
import type { PlannedRendition, TranscodePlan } from './transcode-plan.ts';

/** Plans a transcode: one decode that feeds every rendition, the sound and the thumbnails. Pure. @throws TranscodeFailure */
export function planTranscode(input: TranscodeInput, probe: MediaProbe, source: { path: string }): TranscodePlan {
  const video = requireVideo(probe);
  checkNames(input);
  const size = displaySize(video);
  const frameRate = selectFrameRate(video, input.video.maxFrameRate);
  const rate = frameRate.num / frameRate.den;
  const [hls] = findOutputs(input, 'hls');
  const [mp4] = findOutputs(input, 'mp4');
  const encodes = hls !== undefined || mp4 !== undefined;
  const ladder = encodes ? selectLadder(input, size, rate) : { rungs: [], warnings: [] };
  const folder = hls?.name ?? 'intermediate';
  const renditions: PlannedRendition[] = ladder.rungs.map((rung) => ({
    ...rung,
    ...streamAt(`${folder}/${rung.name}`),
  }));
  const audio = encodes ? planAudio(input, probe, folder) : undefined;
  if (audio !== undefined && renditions.some(({ name }) => name === 'audio')) throw nameTaken('audio');

  const { keyframeFrames, segmentSeconds } = planSegments(rate, {
    keyframeSeconds: input.video.keyframeSeconds,
    segmentSeconds: hls?.segmentSeconds ?? 4,
  });
  const seconds = clippedSeconds(input, probe.durationSeconds);
  const thumbnails = findOutputs(input, 'thumbnails').map((output) => planThumbnails(output, size, seconds));

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

  return {
    args,
    frameRate,
    expectedFrames: seconds === undefined ? undefined : Math.max(1, Math.round(seconds * rate)),
    renditions,
    audio,
    hls: hls === undefined ? undefined : { name: hls.name, master: `${hls.name}/master.m3u8`, segmentSeconds },
    mp4: mp4 === undefined ? undefined : planMp4(mp4, renditions),
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
