/** A number as ffmpeg reads it: at most six decimals, no exponent. */
export function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
