/** A rational number, as containers write rates and shapes. */
export interface Fraction {
  readonly num: number;
  readonly den: number;
}

/** Reads `30000/1001`, `16:9` or `25`; undefined for what is no positive number. */
export function parseFraction(text: string | undefined): Fraction | undefined {
  const match = /^(\d+(?:\.\d+)?)(?:[/:](\d+))?$/.exec(text ?? '');
  if (match === null) return undefined;
  let num = Number(match[1]);
  let den = Number(match[2] ?? 1);
  while (!Number.isInteger(num) && den < 1e6) {
    num = Number((num * 10).toFixed(6));
    den *= 10;
  }
  return num > 0 && den > 0 && Number.isInteger(num) ? { num, den } : undefined;
}
