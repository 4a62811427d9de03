import { decimal } from './decimal.ts';
import type { PictureChain } from './picture-chain.ts';
import type { PlannedRendition, PlannedThumbnails } from './transcode-plan.ts';

/** The graph that turns one decoded stream into every picture output: `[v0]`, `[v1]` … for the renditions, `[t0]` … for thumbnail sheets. */
export function filterGraph(
  pictures: PictureChain,
  renditions: readonly PlannedRendition[],
  thumbnails: readonly PlannedThumbnails[],
): string {
  const labels = [...renditions.map((_, at) => `[s${at}]`), ...thumbnails.map((_, at) => `[p${at}]`)];
  const chains = [`${pictures.shared([...renditions, ...thumbnails])},split=${labels.length}${labels.join('')}`];
  for (const [at, rendition] of renditions.entries())
    chains.push(`[s${at}]${pictures.rendition(rendition, `v${at}`)}[v${at}]`);
  for (const [at, sheet] of thumbnails.entries()) {
    // Rounding up shows the picture at the interval's start; so the first interval starts with the first picture.
    const pick = `fps=fps=1/${decimal(sheet.everySeconds)}:round=up:eof_action=pass`;
    chains.push(`[p${at}]${pick},${pictures.still(sheet, `t${at}`)},tile=${sheet.columns}x${sheet.rows}[t${at}]`);
  }
  return chains.join(';');
}
