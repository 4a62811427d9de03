import type { BurnedText, Position } from '../../capability/overlay-settings.ts';
import type { PictureSettings } from '../../capability/picture-settings.ts';
import { decimal } from '../decimal.ts';
import { type Canvas, drawnName } from './drawn-colour.ts';
import { filterValue } from './filter-value.ts';
import { scalerOptions } from './plan-colour.ts';
import type { Size } from './plan-composition.ts';

/** An image that was looked at. */
export interface WatermarkImage extends Size {
  readonly path: string;
  /** The demuxer that reads it, and nothing else. */
  readonly format: 'png_pipe' | 'jpeg_pipe' | 'webp_pipe';
}

export interface OverlayInput {
  readonly picture: Pick<PictureSettings, 'watermark' | 'texts'>;
  readonly image: WatermarkImage | undefined;
  /** Subtitles in the time of the source. */
  readonly burned: string | undefined;
  /** Of the texts that are not clocks, by their place among all. */
  readonly textFiles: ReadonlyMap<number, string>;
  /** A table from colours of the web to those of the canvas; undefined where they are the same but for the matrix. */
  readonly table: string | undefined;
  readonly canvas: Canvas;
  readonly clipStartSeconds: number;
}

const RGB = { range: 'pc', matrix: 'gbr', primaries: 'bt709', transfer: 'bt709', layout: 'rgb' } as const;

/**
 * Filters that draw over a picture: the watermark, then subtitles, then texts. Empty where nothing is drawn; else it starts with a comma, and
 * its last chain is open. `label` makes names in the graph that nobody else has.
 */
export function overlayFilters(
  input: OverlayInput,
  size: Size & { readonly label: string; readonly bits: 8 | 10 },
): string {
  const { picture, image, burned } = input;
  const filters: string[] = [];
  if (burned !== undefined) {
    const shift = decimal(input.clipStartSeconds);
    const drawn = `subtitles=filename=${filterValue(burned)}`;
    if (input.clipStartSeconds === 0) filters.push(drawn);
    else filters.push(`setpts=PTS+${shift}/TB`, drawn, `setpts=PTS-${shift}/TB`);
  }
  for (const [at, text] of picture.texts.entries()) filters.push(textFilter(input, text, at, size));
  const rest = filters.map((filter) => `,${filter}`).join('');
  if (image === undefined || picture.watermark === undefined) return rest;
  return `${watermarkFilter(input, image, picture.watermark, size)}${rest}`;
}

function watermarkFilter(
  { table, canvas }: OverlayInput,
  image: WatermarkImage,
  settings: NonNullable<PictureSettings['watermark']>,
  size: Size & { readonly label: string; readonly bits: 8 | 10 },
): string {
  const width = Math.max(1, Math.round(size.width * settings.width));
  const scale = Math.min(width / image.width, size.height / image.height);
  const shown = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  const [x, y] = cornerOf(settings.position, size, shown, settings);
  const depth = size.bits === 10 ? '10' : '';
  const prepare = [
    `movie=filename=${filterValue(image.path)}:format_name=${image.format}`,
    // Colours count as much as they are seen, so that edges get no shade of what is transparent beside them.
    ...['format=gbrap', 'premultiply=inplace=1', `scale=${shown.width}:${shown.height}:flags=bicubic`],
    ...['format=gbrap', 'unpremultiply=inplace=1'],
    ...(table === undefined ? [] : [`lut3d=file=${filterValue(table)}`]),
    ...(settings.opacity === 1 ? [] : ['format=rgba', `colorchannelmixer=aa=${decimal(settings.opacity)}`]),
    `scale=flags=bicubic+accurate_rnd+full_chroma_int${scalerOptions(RGB, canvas)}`,
    `format=yuva420p${size.bits === 10 ? '10le' : ''}`,
  ].join(',');
  return [
    `[under-${size.label}]`,
    `${prepare}[mark-${size.label}]`,
    `[under-${size.label}][mark-${size.label}]overlay=x=${x}:y=${y}:format=yuv420${depth === '' ? '' : 'p10'}`,
  ].join(';');
}

function textFilter(
  { canvas, textFiles, clipStartSeconds }: OverlayInput,
  text: BurnedText,
  at: number,
  { height }: Size,
): string {
  const letters = Math.max(4, Math.round(text.size * height));
  const margins = { x: Math.round(text.marginX * height), y: Math.round(text.marginY * height) };
  const [x, y] = expressionsOf(text.position, margins);
  const family = { sans: 'Sans', serif: 'Serif', mono: 'Monospace' }[text.font];
  const start = 'clock' in text && text.clock === 'source' ? decimal(clipStartSeconds) : '0';
  const words =
    'clock' in text
      ? `text=${filterValue(`%{pts:hms:${start}}`)}`
      : `textfile=${filterValue(textFiles.get(at) ?? '')}:expansion=none`;
  const box =
    text.box === undefined
      ? ''
      : `:box=1:boxcolor=${drawnName(text.box.colour, canvas, text.box.opacity)}:boxborderw=${Math.round(letters / 4)}`;
  const colour = drawnName(text.colour, canvas, text.opacity);
  return `drawtext=font=${family}:${words}:fontsize=${letters}:fontcolor=${colour}:x=${x}:y=${y}${box}`;
}

const isLeft = (position: Position) => position.endsWith('left');
const isRight = (position: Position) => position.endsWith('right');

function cornerOf(
  position: Position,
  size: Size,
  shown: Size,
  { marginX, marginY }: { marginX: number; marginY: number },
): [number, number] {
  const place = (gap: number, margin: number, side: 'start' | 'middle' | 'end') => {
    const spot = side === 'start' ? margin : side === 'end' ? gap - margin : gap / 2;
    return Math.min(gap, Math.max(0, Math.round(spot)));
  };
  const across = isLeft(position) ? 'start' : isRight(position) ? 'end' : 'middle';
  const down = position.startsWith('top') ? 'start' : position.startsWith('bottom') ? 'end' : 'middle';
  return [
    place(size.width - shown.width, marginX * size.height, across),
    place(size.height - shown.height, marginY * size.height, down),
  ];
}

function expressionsOf(position: Position, margins: { x: number; y: number }): [string, string] {
  const x = isLeft(position) ? `${margins.x}` : isRight(position) ? `w-text_w-${margins.x}` : '(w-text_w)/2';
  const y = position.startsWith('top')
    ? `${margins.y}`
    : position.startsWith('bottom')
      ? `h-text_h-${margins.y}`
      : '(h-text_h)/2';
  return [x, y];
}
