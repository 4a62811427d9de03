import type { OutputRequestOf } from '../capability/output-request.ts';
import type { PlannedThumbnails } from './transcode-plan.ts';

/** Sizes the pictures and sheets of a thumbnail track; never larger than the source. */
export function planThumbnails(
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
