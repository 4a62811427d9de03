import type { LlamaModel, Token } from 'node-llama-cpp';
import type { TokenLogprob } from '../capability/answer.ts';

/** The least probability that is told apart from none. */
const LEAST = 1e-38;

/**
 * Tells how likely a token was, and which ones were likeliest.
 *
 * @param probabilities of the whole vocabulary, the likeliest first, as the engine gives them: too many to be sorted again for each token
 */
export function tokenLogprob(
  model: LlamaModel,
  token: Token,
  probabilities: ReadonlyMap<Token, number>,
  top: number,
): TokenLogprob {
  const likeliest: Omit<TokenLogprob, 'top'>[] = [];
  for (const [each, probability] of probabilities) {
    if (likeliest.length === top) break;
    likeliest.push(describe(model, each, probability));
  }
  return { ...describe(model, token, probabilities.get(token) ?? 0), top: likeliest };
}

function describe(model: LlamaModel, token: Token, probability: number): Omit<TokenLogprob, 'top'> {
  const text = model.detokenize([token], true);
  return {
    token: text,
    logprob: Math.log(Math.max(probability, LEAST)),
    bytes: text.includes('\ufffd') ? [] : [...new TextEncoder().encode(text)],
  };
}
