import type { TranscodeInput } from '../capability/input.ts';
import type { SyncOption } from '../ffmpeg/find-ffmpeg.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { deviceArguments } from './device-arguments.ts';
import { encoderArguments } from './encoder-arguments.ts';
import type { Encoding } from './encoding.ts';
import { filterGraph } from './filter-graph.ts';
import { findOutputs } from './find-output.ts';
import { hardwareGraph } from './hardware-graph.ts';
import { FRAMES_WITHOUT_END, timingArguments } from './picture/timing-arguments.ts';
import { type PictureFacts, planPictureChain } from './picture-chain.ts';
import { bitDepthOf, encoderShortfalls, planEncoder } from './plan-encoder.ts';
import type { PackagingPlan } from './plan-packaging.ts';
import { planPreview, previewArguments } from './plan-preview.ts';
import { planSegments } from './plan-segments.ts';
import { planThumbnails } from './plan-thumbnails.ts';
import { requireVideo } from './require-video.ts';
import { segmentArguments } from './segment-arguments.ts';
import { selectLadder } from './select-ladder.ts';
import { streamAt } from './stream-at.ts';
import type { TranscodePlan } from './transcode-plan.ts';

/** The pictures of a plan, and the arguments that make them. */
export interface PicturePlan
  extends Pick<
    TranscodePlan,
    'chain' | 'renditions' | 'thumbnails' | 'previews' | 'frameRate' | 'segmentSeconds' | 'warnings' | 'frames'
  > {
  readonly args: readonly string[];
  /** Before the input: what opens a card. */
  readonly inputArgs: readonly string[];
}

/** Plans all pictures: renditions and thumbnails, from one decode. Of a job for sound alone there are none. @throws TranscodeFailure */
export function planPictures(
  input: TranscodeInput,
  probe: MediaProbe,
  options: {
    packaging: PackagingPlan;
    seconds: number | undefined;
    encoding: Encoding;
    facts: PictureFacts;
    syncOption: SyncOption;
  },
): PicturePlan {
  const { packaging, seconds, encoding } = options;
  const encodes = input.ladder !== 'none' && input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4'].includes(kind));
  const sheets = findOutputs(input, 'thumbnails');
  const moving = findOutputs(input, 'preview');
  const asked = { keyframeSeconds: input.video.keyframeSeconds, segmentSeconds: packaging.segmentSeconds };
  if (!encodes && sheets.length + moving.length === 0) {
    const frameRate = { num: 1, den: 1 };
    const { segmentSeconds } = asked;
    const nothing = {
      chain: undefined,
      renditions: [],
      thumbnails: [],
      previews: [],
      warnings: [],
      args: [],
      inputArgs: [],
    };
    return { ...nothing, frameRate, segmentSeconds, frames: 'memory' };
  }
  const video = requireVideo(probe);
  const chain = planPictureChain(input, { probe, video }, options.facts);
  const { size, timing } = chain;
  const frameRate = timing.rate;
  const rate = frameRate.num / frameRate.den;
  const ladder = encodes ? selectLadder(input, size, rate) : { rungs: [], warnings: [] };
  const renditions = ladder.rungs.map((rung, at) => ({
    ...rung,
    ...planEncoder(input.video, rung, encoding, at),
    ...streamAt(`${packaging.folder}/${rung.name}`),
  }));
  const { keyframeFrames, segmentSeconds } = planSegments(timing.beat, asked);
  const thumbnails = sheets.map((output) => planThumbnails(output, size, { seconds, rate }));
  const previews = moving.map((output) => planPreview(output, size, seconds));

  const groupFrames = timing.kind === 'constant' ? keyframeFrames : FRAMES_WITHOUT_END;
  const families = renditions.map(({ family }) => family);
  const { graph, frames } = hardwareGraph(filterGraph(chain, renditions, thumbnails, previews), video, {
    families,
    bitDepth: bitDepthOf(input.video),
    frames: encoding.frames,
  });
  const args = ['-filter_complex', graph];
  for (const [at, rendition] of renditions.entries()) {
    args.push('-map', `[v${at}]`, ...encoderArguments(input.video, rendition, groupFrames, chain));
    args.push(...timingArguments(timing, keyframeFrames / timing.beat, options));
    // Half a beat less, so that rounding never moves a cut to the next keyframe.
    args.push(...segmentArguments(rendition, segmentSeconds - 0.5 / timing.beat));
  }
  for (const [at, sheet] of thumbnails.entries()) {
    args.push('-map', `[t${at}]`, '-an', '-sn', '-q:v', '4', '-f', 'image2', sheet.sheetPattern);
  }
  for (const [at, preview] of previews.entries()) args.push('-map', `[w${at}]`, ...previewArguments(preview));
  const inputArgs = deviceArguments(families.find((family) => family !== 'software') ?? 'software', frames);
  const warnings = [...chain.warnings, ...ladder.warnings, ...encoderShortfalls(renditions)];
  return { chain, renditions, thumbnails, previews, frameRate, segmentSeconds, warnings, args, inputArgs, frames };
}
