/** Draws normal noise: the same seed gives the same numbers on every machine. */
export type Noise = (length: number) => Float32Array;

/**
 * Noise of a seed: sfc32, its state filled by splitmix32 from the seed's low and high 32 bits, and Box and Muller's
 * transform. torch draws other numbers from the same seed.
 */
export function createNoise(seed: number): Noise {
  const next = sfc32(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
  /** Between 0 and 1, neither of them. */
  const uniform = () => (next() + 0.5) / 2 ** 32;
  let spare: number | undefined;
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return (length) => {
    const noise = new Float32Array(length);
    for (let at = 0; at < length; at += 1) noise[at] = normal();
    return noise;
  };
}

function sfc32(low: number, high: number): () => number {
  const fill = splitmix32(low);
  let a = fill() | 0;
  let b = (fill() ^ splitmix32(high ^ 0x9e3779b9)()) | 0;
  let c = fill() | 0;
  let counter = 1;
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let run = 0; run < 12; run += 1) next();
  return next;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
