import type { GenerateChange } from '../capability/output.ts';
import { MOST_SCALE_UNTOLD } from '../capability/upscale.ts';
import type { UpscaleInput } from '../capability/upscale-input.ts';
import { planTiles, type Tile } from '../pipeline/plan-tiles.ts';
import { enlargedSize } from './enlarged-size.ts';
import type { LoadedUpscaler } from './loaded-upscaler.ts';

/** Pixels that neighbouring pieces share, at most: a third is not used, over a third they fade into one another, a third is not used. */
const OVERLAP = 24;

/** How a picture is enlarged. */
export interface UpscalePlan {
  readonly scale: number;
  /** Of the picture that comes out. */
  readonly width: number;
  readonly height: number;
  /** Of the picture that the model makes, from which the other is resampled where they differ. */
  readonly made: { readonly width: number; readonly height: number };
  /** Pieces of the picture that came in. */
  readonly tiles: readonly Tile[];
  readonly overlap: number;
  readonly changes: readonly GenerateChange[];
}

/** Decides what comes out, and in which pieces it is made. */
export function planUpscale(
  { scale: asked }: Pick<UpscaleInput, 'scale'>,
  { width, height }: { readonly width: number; readonly height: number },
  model: Pick<LoadedUpscaler, 'scale' | 'tile'>,
): UpscalePlan {
  const scale = asked ?? Math.min(model.scale, MOST_SCALE_UNTOLD);
  const sides = Math.min(model.tile.width, model.tile.height);
  const overlap = Math.min(OVERLAP, Math.floor(sides / 4));
  const reason = `The model enlarges ${model.scale} times; the picture was resampled from that.`;
  return {
    scale,
    ...enlargedSize({ width, height }, scale),
    made: { width: width * model.scale, height: height * model.scale },
    tiles: planTiles({ width, height, tile: model.tile, overlap }),
    overlap,
    changes: scale === model.scale ? [] : [{ kind: 'adjusted', field: 'scale', reason }],
  };
}
