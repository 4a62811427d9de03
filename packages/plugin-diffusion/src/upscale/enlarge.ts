import { ImageFailure } from '../model/image-failure.ts';
import { isFiniteAll } from '../pipeline/decode-latents.ts';
import type { Picture } from '../pipeline/picture.ts';
import type { Tile } from '../pipeline/plan-tiles.ts';
import { BandBlend } from './band-blend.ts';
import { type ByteRows, cutPiece } from './cut-piece.ts';
import { fillTransparent } from './fill-transparent.ts';
import type { LoadedUpscaler } from './loaded-upscaler.ts';
import type { UpscalePlan } from './plan-upscale.ts';

/**
 * Enlarges a picture as its model does, in pieces. Yields after each; what is transparent is enlarged like a grey picture, in as many more.
 *
 * @throws ImageFailure
 */
export async function* enlarge(
  model: LoadedUpscaler,
  picture: Picture,
  plan: UpscalePlan,
  signal: AbortSignal,
): AsyncGenerator<void, Picture, undefined> {
  const { width, height } = plan.made;
  const pixels = yield* layer(
    model,
    { width: picture.width, bytes: await fillTransparent(picture), channels: 3 },
    plan,
    signal,
  );
  if (picture.alpha === undefined) return { width, height, pixels };
  const alpha = yield* layer(model, { width: picture.width, bytes: picture.alpha, channels: 1 }, plan, signal);
  return { width, height, pixels, alpha };
}

async function* layer(
  model: LoadedUpscaler,
  rows: ByteRows,
  { made, tiles, overlap }: UpscalePlan,
  signal: AbortSignal,
): AsyncGenerator<void, Uint8Array, undefined> {
  const { scale, tile: most } = model;
  const blend = new BandBlend({
    ...made,
    channels: rows.channels,
    tileHeight: most.height * scale,
    overlap: overlap * scale,
  });
  for (const tile of tiles) {
    signal.throwIfAborted();
    const piece = await model.run(cutPiece(rows, tile, pieceSize(model, tile)));
    if (!isFiniteAll(piece.data)) throw notFinite(model);
    blend.add(piece, {
      left: tile.left * scale,
      top: tile.top * scale,
      width: tile.width * scale,
      height: tile.height * scale,
    });
    yield;
  }
  blend.end();
  return blend.bytes;
}

/** What the network takes for a piece: its own size, or whole blocks. */
function pieceSize({ tile, folder }: LoadedUpscaler, { width, height }: Tile): { width: number; height: number } {
  if (tile.isFixed) return { width: tile.width, height: tile.height };
  const whole = (pixels: number) => Math.ceil(pixels / folder.block) * folder.block;
  return { width: whole(width), height: whole(height) };
}

function notFinite({ folder }: LoadedUpscaler): ImageFailure {
  return new ImageFailure({
    reason: 'result-not-finite',
    message: `The model \`${folder.name}\` gave values that are no numbers`,
    hint: 'Choose another model, or an offer that runs this one in float32.',
    recovery: 'retry-other',
  });
}
