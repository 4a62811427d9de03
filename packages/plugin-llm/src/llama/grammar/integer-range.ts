/** GBNF of the whole numbers from `min` to `max`, without leading zeros. */
export function integerRange(min: bigint, max: bigint): string {
  const choices: string[] = [];
  if (min < 0n) choices.push(`"-" (${naturals(max < 0n ? -max : 1n, -min)})`);
  if (max >= 0n) choices.push(naturals(min > 0n ? min : 0n, max));
  return choices.join(' | ');
}

/** Of numbers that are not negative: lengths apart, then from the first digit on. */
function naturals(min: bigint, max: bigint): string {
  const choices: string[] = [];
  let low = min;
  while (low <= max) {
    const digits = low.toString().length;
    const longest = 10n ** BigInt(digits) - 1n;
    const high = longest < max ? longest : max;
    choices.push(sameLength(low.toString(), high.toString()));
    low = high + 1n;
  }
  return choices.join(' | ');
}

function sameLength(low: string, high: string): string {
  const [a, b] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  if (rest === 0) return digit(a, b);
  const [zeros, nines] = ['0'.repeat(rest), '9'.repeat(rest)];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (a === b) return `${digit(a, a)} (${sameLength(lowRest, highRest)})`;
  const choices: string[] = [];
  const from = lowRest === zeros ? a : a + 1;
  const to = highRest === nines ? b : b - 1;
  if (from > a) choices.push(`${digit(a, a)} (${sameLength(lowRest, nines)})`);
  if (from <= to) choices.push(`${digit(from, to)} [0-9]{${rest}}`);
  if (to < b) choices.push(`${digit(b, b)} (${sameLength(zeros, highRest)})`);
  return choices.join(' | ');
}

function digit(from: number, to: number): string {
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}
