import type { GenerateChange } from '../capability/output.ts';
import { MOST_SCALE_UNTOLD } from '../capability/upscale.ts';
import type { UpscaleInput } from '../capability/upscale-input.ts';
import { enlargedSize } from '../upscale/enlarged-size.ts';
import type { ServerUpscaler } from './server-dialect.ts';

/** Servers of this API take no more, times. */
const MOST_TIMES = 8;
/** They round the sides of what they make down to a multiple of this, pixels. */
const ROUNDING = 8;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a server is asked to enlarge a picture. */
export interface ServerUpscalePlan extends Size {
  /** What was asked for; `width` and `height` are of the picture that comes out. */
  readonly scale: number;
  /** What the server is asked for: eighths of a whole, at least `scale` where it can. */
  readonly times: number;
  /** Of the picture that is sent: as large as the one that came in, or a few pixels larger, so that nothing is rounded. */
  readonly sent: Size;
  /** Of the picture that must come back. */
  readonly made: Size;
  readonly chargedPixels: number;
  readonly changes: readonly GenerateChange[];
}

/** Decides what a server is asked for. */
export function planServerUpscale(
  { scale: asked }: Pick<UpscaleInput, 'scale'>,
  source: Size,
  upscaler: Pick<ServerUpscaler, 'scale'>,
): ServerUpscalePlan {
  const scale = asked ?? Math.min(upscaler.scale, MOST_SCALE_UNTOLD);
  const eighths = Math.min(Math.ceil(scale * 8), MOST_TIMES * 8);
  const times = eighths / 8;
  // The side that comes back is whole and a multiple of 8 where side × eighths is one of 64.
  const evenness = eighths & -eighths;
  const unit = (8 * ROUNDING) / Math.min(evenness, 8 * ROUNDING);
  const whole = (pixels: number) => Math.ceil(pixels / unit) * unit;
  const sent = { width: whole(source.width), height: whole(source.height) };
  const out = enlargedSize(source, scale);
  const reason = `The server says that the upscaler enlarges ${upscaler.scale} times; the picture was resampled.`;
  return {
    ...out,
    ...{ scale, times, sent },
    made: { width: sent.width * times, height: sent.height * times },
    chargedPixels: Math.min(out.width * out.height, Math.floor(source.width * source.height * times * times)),
    changes: scale === upscaler.scale ? [] : [{ kind: 'adjusted', field: 'scale', reason }],
  };
}
