/** A picture: red, green, blue, 8 bits each, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** How opaque each pixel is. @default all of them are, wholly */
  readonly alpha?: Uint8Array | undefined;
}

/** Planes of -1 to 1, as networks take them. */
export function toPlanes({ width, height, pixels }: Picture): Float32Array {
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let at = 0; at < size; at += 1)
    for (let colour = 0; colour < 3; colour += 1)
      planes[colour * size + at] = (pixels[at * 3 + colour] as number) / 127.5 - 1;
  return planes;
}

/** A picture from planes of -1 to 1; what is beyond is cut. */
export function fromPlanes(planes: Float32Array, width: number, height: number): Picture {
  const size = width * height;
  const pixels = new Uint8Array(3 * size);
  for (let at = 0; at < size; at += 1)
    for (let colour = 0; colour < 3; colour += 1)
      pixels[at * 3 + colour] = Math.max(
        0,
        Math.min(255, Math.round(((planes[colour * size + at] as number) + 1) * 127.5)),
      );
  return { width, height, pixels };
}
