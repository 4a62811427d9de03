import { decimal } from './decimal.ts';
import type { PictureChain } from './picture-chain.ts';
import { previewPick } from './plan-preview.ts';
import type { PlannedPreview, PlannedRendition, PlannedThumbnails } from './transcode-plan.ts';

/** The graph that turns one decoded stream into every picture output: `[v0]`, `[v1]` … for the renditions, `[t0]` … for thumbnail sheets, `[w0]` … for previews. */
export function filterGraph(
  pictures: PictureChain,
  renditions: readonly PlannedRendition[],
  thumbnails: readonly PlannedThumbnails[],
  previews: readonly PlannedPreview[] = [],
): string {
  const labels = [
    ...renditions.map((_, at) => `[s${at}]`),
    ...thumbnails.map((_, at) => `[p${at}]`),
    ...previews.map((_, at) => `[a${at}]`),
  ];
  const chains = [
    `${pictures.shared([...renditions, ...thumbnails, ...previews])},split=${labels.length}${labels.join('')}`,
  ];
  for (const [at, rendition] of renditions.entries())
    chains.push(`[s${at}]${pictures.rendition(rendition, `v${at}`)}[v${at}]`);
  for (const [at, sheet] of thumbnails.entries()) {
    const pick = thumbnailPick(sheet, pictures);
    chains.push(`[p${at}]${pick},${pictures.still(sheet, `t${at}`)},tile=${sheet.columns}x${sheet.rows}[t${at}]`);
  }
  for (const [at, preview] of previews.entries())
    chains.push(`[a${at}]${previewPick(preview)},${pictures.preview(preview, `w${at}`)}[w${at}]`);
  return chains.join(';');
}

function thumbnailPick({ when }: PlannedThumbnails, { timing }: PictureChain): string {
  // Rounding up shows the picture at the interval's start; so the first interval starts with the first picture.
  if ('everySeconds' in when) return `fps=fps=1/${decimal(when.everySeconds)}:round=up:eof_action=pass`;
  const { num, den } = timing.rate;
  const numbers = when.atSeconds.map((moment) => Math.round((moment * num) / den));
  // One after the other: the writer of files would fill gaps with repetitions.
  const select = `select='${numbers.map((number) => `eq(n,${number})`).join('+')}',setpts=N*${den}/${num}/TB`;
  return timing.kind === 'constant' ? select : `fps=${num}/${den}:start_time=0,${select}`;
}
