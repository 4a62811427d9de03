/** Three rows of three. */
export type Matrix = readonly [Triple, Triple, Triple];
export type Triple = readonly [number, number, number];

/** CIE x and y of red, green, blue and white. */
type Chromaticities = readonly [...(readonly [number, number])[]] & { length: 4 };

const D65 = [0.3127, 0.329] as const;

/** Colours that pictures may be made of, by ffmpeg's names. */
const GAMUTS: Readonly<Record<string, Chromaticities>> = {
  bt709: [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65],
  smpte170m: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65],
  bt470bg: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65],
  bt2020: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65],
  smpte432: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65],
};

/** Tells whether colours of these primaries can be turned into others. */
export function isGamut(primaries: string): boolean {
  return Object.hasOwn(GAMUTS, primaries);
}

/** What linear RGB of one gamut is in another one. All have the same white. */
export function gamutMatrix(from: string, to: string): Matrix {
  return multiply(invert(toXyz(chromaticities(to))), toXyz(chromaticities(from)));
}

/** The share of red, green and blue in luminance. */
export function luminanceWeights(primaries: string): Triple {
  return toXyz(chromaticities(primaries))[1];
}

export function apply(matrix: Matrix, [r, g, b]: Triple): Triple {
  return matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as unknown as Triple;
}

function chromaticities(primaries: string): Chromaticities {
  const found = GAMUTS[primaries];
  if (found === undefined) throw new RangeError(`no chromaticities are known for ${primaries}`);
  return found;
}

function toXyz([red, green, blue, white]: Chromaticities): Matrix {
  const xyz = ([x, y]: readonly [number, number]): Triple => [x / y, 1, (1 - x - y) / y];
  const columns = [red, green, blue].map((point) => xyz(point as readonly [number, number]));
  const raw = [0, 1, 2].map((row) => columns.map((column) => column[row])) as unknown as Matrix;
  const scale = apply(invert(raw), xyz(white as readonly [number, number]));
  return raw.map((row) => row.map((value, at) => value * (scale[at] as number))) as unknown as Matrix;
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const column = (at: number): Triple => [b[0][at] as number, b[1][at] as number, b[2][at] as number];
  const columns = [0, 1, 2].map((at) => apply(a, column(at)));
  return [0, 1, 2].map((row) => columns.map((one) => one[row])) as unknown as Matrix;
}

function invert([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const rows: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return rows.map((row) => row.map((value) => value / determinant)) as unknown as Matrix;
}
