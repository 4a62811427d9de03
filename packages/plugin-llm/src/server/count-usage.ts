import type { TokenUsage } from '../capability/answer.ts';
import type { ClaimedUsage } from './chat-chunk.ts';
import type { PromptCount } from './count-prompt.ts';

/** What was counted here while the answer came. */
export interface LocalCount {
  /** Events that brought a piece of the answer: servers send one for a token. */
  readonly pieces: number;
  /** UTF-8 of the answer, reasoning and tool calls included. */
  readonly bytes: number;
  /** Events that brought reasoning. */
  readonly reasoningPieces: number;
  readonly prompt: PromptCount;
  readonly outputTokensMax: number;
}

/** The usage to charge, and what was wrong with the server's own. */
export interface CheckedUsage {
  readonly usage: TokenUsage;
  readonly problem: string | undefined;
}

/** Tokens that are in the answer and in none of its texts: its end, and the marks of tool calls. */
const UNSEEN_TOKENS = 64;

/**
 * Holds the usage that a server claims against what was counted here. A token has at least one byte, so an answer never has more tokens
 * than bytes, besides a few marks. A claim that is missing or can't be true is replaced by the count: never nothing, never more than
 * there was.
 */
export function checkUsage(claimed: ClaimedUsage | undefined, local: LocalCount): CheckedUsage {
  const outputMost = Math.min(local.bytes + UNSEEN_TOKENS, local.outputTokensMax);
  const counted = Math.min(local.pieces, outputMost);
  const own: TokenUsage = {
    inputTokens: local.prompt.likely,
    cachedInputTokens: 0,
    outputTokens: counted,
    reasoningTokens: Math.min(local.reasoningPieces, counted),
  };
  if (claimed === undefined) return { usage: own, problem: 'it told none' };
  const problems: string[] = [];
  let { prompt_tokens: prompt, completion_tokens: output = 0 } = claimed;
  const { tokens: promptMost, exact } = local.prompt;
  if (exact ? prompt !== promptMost : prompt > promptMost || prompt === 0) {
    problems.push(`it claims ${prompt} tokens for a prompt of ${exact ? '' : 'at most '}${promptMost}`);
    prompt = local.prompt.likely;
  }
  if (output > outputMost) {
    problems.push(`it claims ${output} tokens for an answer of at most ${outputMost}`);
    output = counted;
  } else if (output < counted) {
    problems.push(`it claims ${output} tokens for an answer that came in ${counted} pieces`);
    output = counted;
  }
  const cached = Math.min(claimed.prompt_tokens_details?.cached_tokens ?? 0, prompt);
  const usage: TokenUsage = {
    inputTokens: prompt - cached,
    cachedInputTokens: cached,
    outputTokens: output,
    reasoningTokens: Math.min(claimed.completion_tokens_details?.reasoning_tokens ?? local.reasoningPieces, output),
  };
  return { usage, problem: problems.length === 0 ? undefined : problems.join('; ') };
}
