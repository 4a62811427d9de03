/** A prompt as the network takes it. */
export interface EncodedPrompt {
  /** Numbers of the words, one word after the other. */
  readonly states: Float32Array;
  /** Words. */
  readonly length: number;
  /** Numbers of a word. */
  readonly width: number;
  /** What the whole says in one vector, where the network takes one. */
  readonly pooled: Float32Array | undefined;
}

/** Puts what encoders say about each word side by side, and their summaries one after the other. */
export function besides(parts: readonly EncodedPrompt[]): EncodedPrompt {
  const [first] = parts as [EncodedPrompt];
  if (parts.length === 1) return first;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const states = new Float32Array(first.length * width);
  let left = 0;
  for (const part of parts) {
    for (let word = 0; word < first.length; word += 1)
      states.set(part.states.subarray(word * part.width, (word + 1) * part.width), word * width + left);
    left += part.width;
  }
  const pooled = parts.flatMap((part) => part.pooled ?? []);
  return { states, length: first.length, width, pooled: pooled.length === 0 ? undefined : concat(pooled) };
}

/** Puts the words of one encoder behind those of another; the narrower ones are filled up with zeros. */
export function behind(first: EncodedPrompt, second: EncodedPrompt): EncodedPrompt {
  const width = Math.max(first.width, second.width);
  return {
    states: concat([widened(first, width), widened(second, width)]),
    ...{ length: first.length + second.length, width, pooled: first.pooled },
  };
}

function widened({ states, length, width }: EncodedPrompt, wanted: number): Float32Array {
  if (width === wanted) return states;
  const wide = new Float32Array(length * wanted);
  for (let word = 0; word < length; word += 1)
    wide.set(states.subarray(word * width, (word + 1) * width), word * wanted);
  return wide;
}

/** One array of several. */
export function concat(arrays: readonly Float32Array[]): Float32Array {
  const [only] = arrays;
  if (arrays.length === 1 && only !== undefined) return only;
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
