/** Rounds to decimal `digits`. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
