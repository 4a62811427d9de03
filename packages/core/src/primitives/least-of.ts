/** The smallest of some whole numbers: `Math.min` for bigint. */
export function leastOf(first: bigint, ...more: readonly bigint[]): bigint {
  let least = first;
  for (const value of more) if (value < least) least = value;
  return least;
}

/** The largest of some whole numbers: `Math.max` for bigint. */
export function greatestOf(first: bigint, ...more: readonly bigint[]): bigint {
  let greatest = first;
  for (const value of more) if (value > greatest) greatest = value;
  return greatest;
}
