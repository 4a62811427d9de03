import type { Picture } from '../pipeline/picture.ts';

/** A picture with transparency as red, green, blue, alpha. */
export function toRgba({ pixels, width, height, alpha }: Picture): Uint8Array {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let at = 0; at < width * height; at += 1) {
    for (let colour = 0; colour < 3; colour += 1) rgba[at * 4 + colour] = pixels[at * 3 + colour] as number;
    if (alpha !== undefined) rgba[at * 4 + 3] = alpha[at] as number;
  }
  return rgba;
}

/** A picture from red, green, blue, alpha. It has no alpha where nothing is transparent. */
export function fromRgba(rgba: Uint8Array, width: number, height: number): Picture {
  const [pixels, alpha] = [new Uint8Array(3 * width * height), new Uint8Array(width * height)];
  for (let at = 0; at < alpha.length; at += 1) {
    for (let colour = 0; colour < 3; colour += 1) pixels[at * 3 + colour] = rgba[at * 4 + colour] as number;
    alpha[at] = rgba[at * 4 + 3] as number;
  }
  return { width, height, pixels, alpha: alpha.every((value) => value === 255) ? undefined : alpha };
}
