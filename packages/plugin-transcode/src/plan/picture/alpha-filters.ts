import type { VideoStream } from '../../media/media-probe.ts';
import { solidFilter } from './drawn-colour.ts';
import type { SourceColour } from './source-colour.ts';

/** Decoders that read the hidden layer of VP8 and VP9, which ffmpeg's own do not. */
const LAYERS: Readonly<Record<string, string>> = { vp8: 'libvpx', vp9: 'libvpx-vp9' };

/** Arguments before a source whose transparency only one decoder sees. */
export function alphaDecoder(video: VideoStream | undefined): string[] {
  const decoder = video?.hasAlphaLayer === true ? LAYERS[video.codec] : undefined;
  return decoder === undefined ? [] : ['-c:v', decoder];
}

/**
 * Filters that lay a picture with alpha over a colour, in one string of chains: the first one is open at its start, the last one at its end.
 * Samples keep their colours and, up to 10 bits, their depth.
 */
export function alphaFilters(source: SourceColour, video: VideoStream, background: string): string {
  const { layout, range } = source;
  const format = video.hasAlphaLayer === true ? 'yuva420p' : video.pixelFormat;
  const isDeep = layout !== 'rgb' && /(9|1[0-6])(le|be)$/.test(format);
  const sampling = /^yuva(42[02]|444)p/.exec(format)?.[1] ?? '444';
  const over = layout === 'rgb' ? 'gbrp' : isDeep ? 'yuv420p10' : `yuv${sampling}`;
  const plain = layout === 'rgb' ? 'gbrp' : isDeep ? 'yuv420p10le' : `yuv${sampling}p`;
  const own = layout === 'rgb' ? 'gbrap' : plain.replace('yuv', 'yuva');
  const canvas = layout === 'rgb' ? source : afterAlpha(source);
  const colour = solidFilter(background, canvas, isDeep ? 10 : 8);
  // ffmpeg takes grey for the full range, unless it is told.
  const isFitted = layout === 'grey' || range !== canvas.range;
  const fit = isFitted ? `scale=in_range=${range}:out_range=${canvas.range},format=${own}` : `format=${own}`;
  return [
    `${fit},split=2[shown][beneath]`,
    `[beneath]${colour},format=${plain}[ground]`,
    `[ground][shown]overlay=format=${over},format=${plain}`,
  ].join(';');
}

/** The colours that these filters leave: grey has become YUV, and that has the range that ffmpeg's arithmetic on it knows. */
export function afterAlpha(source: SourceColour): SourceColour {
  return source.layout === 'rgb' || !source.hasAlpha ? source : { ...source, layout: 'yuv', range: 'tv' };
}
