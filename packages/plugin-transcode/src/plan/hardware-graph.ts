import type { BitDepth } from '../capability/video-settings.ts';
import type { VideoStream } from '../media/media-probe.ts';
import { cardScaler, type FramePlace, uploadFilters } from './device-arguments.ts';
import type { EncoderFamily } from './encoders/encoder.ts';

/** Who encodes each rendition. */
export interface GraphEncoders {
  /** In the order of the renditions. */
  readonly families: readonly EncoderFamily[];
  readonly bitDepth: BitDepth;
  /** Where the pictures should be. */
  readonly frames: FramePlace;
}

/** Filters that leave samples alone, so that pictures on a card pass through them. */
const PASSING = /^(fps|trim|split|settb|setpts|select|setsar|setparams)(=|$)/;
const SCALE = /^scale=(\d+):(\d+):flags=bicubic$/;
/** Codecs and formats that every card of the last years decodes. */
const DECODED = { codecs: ['h264', 'hevc', 'vp9', 'av1'], formats: ['yuv420p', 'nv12'] };

/**
 * Fits a filter graph to its encoders: pictures stay on the card where all that is done to them can be done there, and come down only for what
 * needs them in memory; else they go up at the end. Pure.
 */
export function hardwareGraph(
  graph: string,
  video: Pick<VideoStream, 'codec' | 'pixelFormat' | 'rotation'>,
  encoders: GraphEncoders,
): { readonly graph: string; readonly frames: FramePlace } {
  const { families, bitDepth, frames } = encoders;
  const onCard = frames === 'card' && isDecoded(video) && bitDepth === 8 ? cardGraph(graph, families) : undefined;
  if (onCard !== undefined) return { graph: onCard, frames: 'card' };
  const chains = graph.split(';').map((chain) => {
    const at = /\[v(\d+)\]$/.exec(chain)?.[1];
    const upload = at === undefined ? [] : uploadFilters(families[Number(at)] ?? 'software', bitDepth);
    return upload.length === 0 ? chain : chain.replace(/(\[v\d+\])$/, `,${upload.join(',')}$1`);
  });
  return { graph: chains.join(';'), frames: 'memory' };
}

/** The decoder of a card turns nothing, so turned pictures are decoded by the processor. */
function isDecoded({ codec, pixelFormat, rotation }: Pick<VideoStream, 'codec' | 'pixelFormat' | 'rotation'>): boolean {
  return DECODED.codecs.includes(codec) && DECODED.formats.includes(pixelFormat) && rotation === 0;
}

/** The same graph with its pictures on the card; undefined when it does what only the processor does. */
function cardGraph(graph: string, families: readonly EncoderFamily[]): string | undefined {
  const family = families.find((one) => one !== 'software');
  if (family === undefined) return undefined;
  const chains: string[] = [];
  for (const chain of graph.split(';')) {
    const [, input = '', body = '', output = ''] = /^((?:\[[^\]]*\])*)(.*?)((?:\[[^\]]*\])*)$/.exec(chain) ?? [];
    const filters = body.split(',');
    const rendition = /^\[v(\d+)\]$/.exec(output)?.[1];
    let fitted: readonly string[] | undefined;
    if (rendition !== undefined) fitted = fitRendition(filters, family, families[Number(rendition)] ?? 'software');
    else if (/^\[t\d+\]$/.test(output)) fitted = fitStill(filters);
    // A bare `scale` keeps to one size; decoders of cards begin anew at another one.
    else fitted = passing(filters.filter((filter) => filter !== 'scale'));
    if (fitted === undefined) return undefined;
    chains.push(`${input}${fitted.join(',')}${output}`);
  }
  return chains.join(';');
}

function passing(filters: readonly string[]): readonly string[] | undefined {
  return filters.every((filter) => PASSING.test(filter)) ? filters : undefined;
}

function fitRendition(
  [first = '', ...rest]: readonly string[],
  card: EncoderFamily,
  family: EncoderFamily,
): readonly string[] | undefined {
  const size = SCALE.exec(first);
  const scaler = size === null ? undefined : cardScaler(card, { width: Number(size[1]), height: Number(size[2]) });
  const kept = passing(rest.filter((filter) => !filter.startsWith('format=')));
  if (scaler === undefined || kept === undefined) return undefined;
  return family === 'software' ? [scaler, 'hwdownload', 'format=nv12', ...rest] : [scaler, ...kept];
}

/** Few of the pictures become stills: they are picked on the card, and come down for the rest. */
function fitStill([pick = '', ...rest]: readonly string[]): readonly string[] | undefined {
  return passing([pick]) === undefined ? undefined : [pick, 'hwdownload', 'format=nv12', ...rest];
}
