/** Memory of the processor and of the card. */
export interface Bytes {
  readonly cpu: number;
  readonly gpu: number;
}

/** What a context is chosen from. */
export interface FitQuestion {
  /** Tokens that the model was trained for. */
  readonly trained: number;
  /** What the operator wants: exactly so many, but none beyond what the model was trained for. @default the most that fits, up to 8192 */
  readonly wanted: number | undefined;
  readonly free: Bytes;
  /** What weights and contexts take. */
  bytesFor(contextTokens: number): Bytes;
}

const MOST_TOKENS = 8192;
/** A conversation needs so many. */
const LEAST_TOKENS = 512;

/** Plans the tokens of a context: halves until it fits. */
export function planFit({ trained, wanted, free, bytesFor }: FitQuestion): {
  readonly contextTokens: number;
  readonly needed: Bytes;
  readonly fits: boolean;
} {
  // An estimate of absurdly many tokens takes minutes, and a model makes nothing of tokens beyond its training.
  const least = Math.min(trained, wanted ?? LEAST_TOKENS);
  let contextTokens = Math.min(trained, wanted ?? MOST_TOKENS);
  for (;;) {
    const needed = bytesFor(contextTokens);
    const fits = needed.cpu <= free.cpu && needed.gpu <= free.gpu;
    if (fits || contextTokens <= least) return { contextTokens, needed, fits };
    contextTokens = Math.max(least, Math.floor(contextTokens / 2));
  }
}
