import type { Fraction } from '../media/fraction.ts';
import type { VideoStream } from '../media/media-probe.ts';
import { decimal } from './decimal.ts';
import type { PlannedRendition, PlannedThumbnails } from './transcode-plan.ts';

/** The graph that turns one decoded stream into every picture output: `[v0]`, `[v1]` … for the renditions, `[t0]` … for thumbnail sheets. */
export function filterGraph(
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
  for (const [at, { width, height, pixelFormat }] of renditions.entries()) {
    chains.push(`[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1,format=${pixelFormat}[v${at}]`);
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
