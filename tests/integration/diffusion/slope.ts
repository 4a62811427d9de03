/** A slope of colours, 64 × 64 pixels: what the Python scripts of the fixtures start from. */
export const slope = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => {
  const [colour, x, y] = [at % 3, Math.floor(at / 3) % 64, Math.floor(at / 192)];
  return (x * 3 + y * 2 + colour * 40) % 256;
});

/** Their mask: 1 in its right half. */
export const rightHalf = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at % 64 >= 32 ? 1 : 0));
