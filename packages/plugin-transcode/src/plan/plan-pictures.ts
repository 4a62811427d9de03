import type { TranscodeInput } from '../capability/input.ts';
import { displaySize, type MediaProbe } from '../media/media-probe.ts';
import { encoderArguments } from './encoder-arguments.ts';
import type { Encoding } from './encoding.ts';
import { filterGraph } from './filter-graph.ts';
import { findOutputs } from './find-output.ts';
import { encoderShortfalls, planEncoder } from './plan-encoder.ts';
import type { PackagingPlan } from './plan-packaging.ts';
import { planSegments } from './plan-segments.ts';
import { planThumbnails } from './plan-thumbnails.ts';
import { requireVideo } from './require-video.ts';
import { segmentArguments } from './segment-arguments.ts';
import { selectFrameRate } from './select-frame-rate.ts';
import { selectLadder } from './select-ladder.ts';
import { streamAt } from './stream-at.ts';
import type { TranscodePlan } from './transcode-plan.ts';

/** The pictures of a plan, and the arguments that make them. */
export interface PicturePlan
  extends Pick<TranscodePlan, 'renditions' | 'thumbnails' | 'frameRate' | 'segmentSeconds' | 'warnings'> {
  readonly args: readonly string[];
}

/** Plans all pictures: renditions and thumbnails, from one decode. Of a job for sound alone there are none. @throws TranscodeFailure */
export function planPictures(
  input: TranscodeInput,
  probe: MediaProbe,
  options: { packaging: PackagingPlan; seconds: number | undefined; encoding: Encoding },
): PicturePlan {
  const { packaging, seconds, encoding } = options;
  const encodes = input.ladder !== 'none' && input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4'].includes(kind));
  const sheets = findOutputs(input, 'thumbnails');
  const timing = { keyframeSeconds: input.video.keyframeSeconds, segmentSeconds: packaging.segmentSeconds };
  if (!encodes && sheets.length === 0) {
    const frameRate = { num: 1, den: 1 };
    const { segmentSeconds } = timing;
    return { renditions: [], thumbnails: [], frameRate, segmentSeconds, warnings: [], args: [] };
  }
  const video = requireVideo(probe);
  const size = displaySize(video);
  const frameRate = selectFrameRate(video, input.video.maxFrameRate);
  const rate = frameRate.num / frameRate.den;
  const ladder = encodes ? selectLadder(input, size, rate) : { rungs: [], warnings: [] };
  const renditions = ladder.rungs.map((rung) => ({
    ...rung,
    ...planEncoder(input.video, rung, encoding),
    ...streamAt(`${packaging.folder}/${rung.name}`),
  }));
  const { keyframeFrames, segmentSeconds } = planSegments(rate, timing);
  const thumbnails = sheets.map((output) => planThumbnails(output, size, seconds));

  // A clip that starts between two pictures would have one too many.
  const cut =
    input.clip?.durationSeconds === undefined
      ? ''
      : `,trim=end_frame=${Math.max(1, Math.round((seconds ?? 1) * rate))}`;
  const args = ['-filter_complex', filterGraph(video, frameRate, cut, renditions, thumbnails)];
  for (const [at, rendition] of renditions.entries()) {
    args.push('-map', `[v${at}]`, ...encoderArguments(input.video, rendition, keyframeFrames));
    // Half a frame less, so that rounding never moves a cut to the next keyframe.
    args.push(...segmentArguments(rendition, segmentSeconds - 0.5 / rate));
  }
  for (const [at, sheet] of thumbnails.entries()) {
    args.push('-map', `[t${at}]`, '-an', '-sn', '-q:v', '4', '-f', 'image2', sheet.sheetPattern);
  }
  const warnings = [...ladder.warnings, ...encoderShortfalls(renditions)];
  return { renditions, thumbnails, frameRate, segmentSeconds, warnings, args };
}
