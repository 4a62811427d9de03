import type { OutputRequestOf } from '../capability/output-request.ts';
import { decimal } from './decimal.ts';
import { stillSize } from './plan-thumbnails.ts';
import type { PlannedPreview } from './transcode-plan.ts';

/** What encodes an animated WebP, as ffmpeg calls it. */
export const PREVIEW_ENCODER = 'libwebp_anim';

/** Chooses the pieces of a preview: of equal length, the middle of each in the middle of its share of the whole. */
export function planPreview(
  output: OutputRequestOf<'preview'>,
  size: { width: number; height: number },
  seconds: number | undefined,
): PlannedPreview {
  const { name, frameRate, quality, durationSeconds } = output;
  const isWhole = seconds === undefined || seconds <= durationSeconds;
  const pieces = isWhole ? 1 : output.pieces;
  const length = Math.min(durationSeconds, seconds ?? durationSeconds) / pieces;
  const share = isWhole ? length : seconds / pieces;
  return {
    ...{ name, file: `${name}/preview.webp`, ...stillSize(output.width, size), frameRate, quality },
    pieces: Array.from({ length: pieces }, (_, at) => {
      const startSeconds = share * (at + 0.5) - length / 2;
      return { startSeconds, endSeconds: startSeconds + length };
    }),
  };
}

/** Filters that pick the pictures of the pieces, and join them without gaps. */
export function previewPick({ frameRate, pieces }: PlannedPreview): string {
  const rate = decimal(frameRate);
  // A picture belongs to the piece that its middle lies in, so that rounding loses none.
  const within = pieces.map(
    ({ startSeconds, endSeconds }) =>
      `gte(t+${decimal(0.5 / frameRate)},${decimal(startSeconds)})*lt(t+${decimal(0.5 / frameRate)},${decimal(endSeconds)})`,
  );
  return `fps=fps=${rate}:start_time=0,select='${within.join('+')}',settb=1/1000,setpts=N*${decimal(1000 / frameRate)}`;
}

/** Arguments of its encoder. */
export function previewArguments({ quality, file }: PlannedPreview): string[] {
  return ['-an', '-sn', '-c:v', PREVIEW_ENCODER, '-quality', String(quality), '-loop', '0', '-f', 'webp', file];
}
