/** The form of latents that are not packed: planes, row by row. */
export interface LatentShape {
  readonly channels: number;
  /** Even. */
  readonly width: number;
  readonly height: number;
}

/** Lays 2 × 2 latents of every channel side by side, as FLUX takes them: one place after the other, row by row. */
export function packLatents(latents: Float32Array, shape: LatentShape): Float32Array {
  const packed = new Float32Array(latents.length);
  eachLatent(shape, (plane, place) => {
    packed[place] = latents[plane] as number;
  });
  return packed;
}

/** Planes from what FLUX gives. */
export function unpackLatents(packed: Float32Array, shape: LatentShape): Float32Array {
  const latents = new Float32Array(packed.length);
  eachLatent(shape, (plane, place) => {
    latents[plane] = packed[place] as number;
  });
  return latents;
}

function eachLatent({ channels, width, height }: LatentShape, move: (plane: number, place: number) => void): void {
  for (let channel = 0; channel < channels; channel += 1)
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) {
        const patch = (row >> 1) * (width / 2) + (column >> 1);
        const within = channel * 4 + (row & 1) * 2 + (column & 1);
        move((channel * height + row) * width + column, patch * channels * 4 + within);
      }
}
