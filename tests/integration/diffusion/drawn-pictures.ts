/** A picture: red, green, blue, row by row. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIDE = 128;
/** Samples a pixel along each axis: edges come out smooth. */
const SAMPLES = 4;

type Colour = readonly [number, number, number];
const mix = (a: Colour, b: Colour, share: number): Colour =>
  [0, 1, 2].map((c) => (a[c] as number) * (1 - share) + (b[c] as number) * share) as unknown as Colour;

/** Draws what a function says of each place, in pixels. */
function draw(colour: (x: number, y: number) => Colour): Drawn {
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1) {
      const sum = [0, 0, 0];
      for (let v = 0; v < SAMPLES; v += 1)
        for (let u = 0; u < SAMPLES; u += 1) {
          const seen = colour(x + (u + 0.5) / SAMPLES, y + (v + 0.5) / SAMPLES);
          for (let c = 0; c < 3; c += 1) sum[c] = (sum[c] as number) + (seen[c] as number);
        }
      for (let c = 0; c < 3; c += 1) pixels[(y * SIDE + x) * 3 + c] = Math.round((sum[c] as number) / SAMPLES ** 2);
    }
  return { width: SIDE, height: SIDE, pixels };
}

const white: Colour = [250, 248, 240];
const ink: Colour = [20, 24, 60];

/** Pictures that no training saw, by what is in them. */
export const drawnPictures: readonly (readonly [string, Drawn])[] = [
  [
    'discs',
    draw((x, y) =>
      [
        [30, 40, 22],
        [90, 30, 14],
        [80, 90, 27],
      ].some(([a = 0, b = 0, r = 0]) => Math.hypot(x - a, y - b) < r)
        ? [220, 40, 30]
        : white,
    ),
  ],
  [
    'strokes',
    draw((x, y) =>
      Math.abs(((x * 0.6 + y) % 22) - 11) < 1.6 || Math.abs(Math.hypot(x - 64, y - 64) - 40) < 1.3 ? ink : white,
    ),
  ],
  [
    'edges in gradients',
    draw((x, y) =>
      Math.abs(x - 64) + Math.abs(y - 60) < 38
        ? mix([250, 200, 0], [0, 90, 220], y / SIDE)
        : mix([30, 30, 60], [200, 180, 190], x / SIDE),
    ),
  ],
  [
    'bricks',
    draw((x, y) => (y % 16 < 1.7 || (x + (Math.floor(y / 16) % 2) * 12) % 24 < 1.7 ? [205, 200, 190] : [160, 64, 48])),
  ],
];

/** Half as large: the mean of each 2 × 2 pixels. */
export function halve({ width, height, pixels }: Drawn): Drawn {
  const [wide, high] = [width / 2, height / 2];
  const small = new Uint8Array(wide * high * 3);
  const at = (x: number, y: number, c: number) => pixels[(y * width + x) * 3 + c] as number;
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1)
      for (let c = 0; c < 3; c += 1) {
        const [left, top] = [2 * x, 2 * y];
        const sum = at(left, top, c) + at(left + 1, top, c) + at(left, top + 1, c) + at(left + 1, top + 1, c);
        small[(y * wide + x) * 3 + c] = Math.round(sum / 4);
      }
  return { width: wide, height: high, pixels: small };
}

/** Twice as large by Lanczos' kernel of three lobes, which sharp has only for making pictures smaller. */
export function lanczosTwice({ width, height, pixels }: Drawn): Uint8Array {
  const sinc = (t: number) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
  const kernel = (t: number) => (Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0);
  const taps = (at: number, size: number) => {
    const middle = (at + 0.5) / 2 - 0.5;
    const places = Array.from({ length: 6 }, (_, i) => Math.floor(middle) - 2 + i);
    const weights = places.map((place) => kernel(middle - place));
    const sum = weights.reduce((a, b) => a + b, 0);
    return places.map((place, i) => [Math.max(0, Math.min(size - 1, place)), (weights[i] as number) / sum] as const);
  };
  const columns = Array.from({ length: width * 2 }, (_, x) => taps(x, width));
  const large = new Uint8Array(width * height * 12);
  for (let y = 0; y < height * 2; y += 1) {
    const rows = taps(y, height);
    for (let x = 0; x < width * 2; x += 1)
      for (let c = 0; c < 3; c += 1) {
        let value = 0;
        for (const [row, down] of rows)
          for (const [column, across] of columns[x] ?? [])
            value += down * across * (pixels[(row * width + column) * 3 + c] as number);
        large[(y * width * 2 + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
  }
  return large;
}

/** How alike two pictures are, decibels. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  const error = a.reduce((sum, value, at) => sum + (value - (b[at] as number)) ** 2, 0) / a.length;
  return 10 * Math.log10(255 ** 2 / error);
}
