/** `count` numbers from one to the other, both included. */
export function linspace(from: number, to: number, count: number): number[] {
  return range(count, (at) => (count === 1 ? from : from + (at * (to - from)) / (count - 1)));
}

/** `count` values of a function of their place. */
export function range<T>(count: number, value: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => value(at));
}

/** Rounds half to even, as numpy does. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A list's item; for places that are known to be there. */
export function at(list: ArrayLike<number>, place: number): number {
  return list[place] as number;
}

/** A list's value between two places. */
export function interpolate(list: readonly number[], place: number): number {
  const low = Math.max(0, Math.min(list.length - 1, Math.floor(place)));
  const high = Math.min(list.length - 1, low + 1);
  const share = Math.max(0, Math.min(1, place - low));
  return at(list, low) + share * (at(list, high) - at(list, low));
}

/** A new sample, value by value, computed in doubles. */
export function sampleOf(length: number, value: (at: number) => number): Float32Array {
  const sample = new Float32Array(length);
  for (let place = 0; place < length; place += 1) sample[place] = value(place);
  return sample;
}
