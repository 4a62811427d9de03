import type { LlamaModel, Token } from 'node-llama-cpp';
import type { TokenLogprob } from '../capability/answer.ts';

/** The least probability that is told apart from none. */
const LEAST = 1e-38;

/** Tells how likely a token was, and which ones were likeliest. */
export function tokenLogprob(
  model: LlamaModel,
  token: Token,
  probabilities: ReadonlyMap<Token, number>,
  top: number,
): TokenLogprob {
  const likeliest = [...probabilities].toSorted((a, b) => b[1] - a[1]).slice(0, top);
  return {
    ...describe(model, token, probabilities.get(token) ?? 0),
    top: likeliest.map(([each, probability]) => describe(model, each, probability)),
  };
}

function describe(model: LlamaModel, token: Token, probability: number): Omit<TokenLogprob, 'top'> {
  const text = model.detokenize([token], true);
  return {
    token: text,
    logprob: Math.log(Math.max(probability, LEAST)),
    bytes: text.includes('\ufffd') ? [] : [...new TextEncoder().encode(text)],
  };
}
