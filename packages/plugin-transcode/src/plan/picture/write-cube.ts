import type { Triple } from './colour-gamut.ts';

/** Points on each side: what is used in grading; between them is interpolated. */
const SIDE = 33;

/** Writes a function of colours as a table in the `.cube` format, which every ffmpeg reads. */
export function writeCube(map: (signal: Triple) => Triple): string {
  const lines = [`LUT_3D_SIZE ${SIDE}`];
  const at = (step: number) => step / (SIDE - 1);
  for (let blue = 0; blue < SIDE; blue += 1)
    for (let green = 0; green < SIDE; green += 1)
      for (let red = 0; red < SIDE; red += 1)
        lines.push(
          map([at(red), at(green), at(blue)])
            .map((value) => value.toFixed(5))
            .join(' '),
        );
  return `${lines.join('\n')}\n`;
}
