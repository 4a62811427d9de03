/** Reads one `Range: bytes=…`; undefined when there is none, `invalid` when it does not fit. Bounds are inclusive. */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): { first: number; last: number } | 'invalid' | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || (match[1] === '' && match[2] === '')) return 'invalid';
  const [, from, to] = match;
  if (from === '') {
    const count = Math.min(Number(to), sizeBytes);
    return count === 0 ? 'invalid' : { first: sizeBytes - count, last: sizeBytes - 1 };
  }
  const first = Number(from);
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return first > last ? 'invalid' : { first, last };
}
