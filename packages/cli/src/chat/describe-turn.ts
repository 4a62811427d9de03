import type { JobResult } from '@byoc/core/gateway';
import type { ChatOutput } from '@byoc/plugin-llm';
import type { Conversation } from './conversation.ts';

/** What an answer took, and what the conversation has cost. */
export function describeTurn(
  { output, payment }: JobResult<ChatOutput>,
  { spentWei }: Pick<Conversation, 'spentWei'>,
): string {
  const { inputTokens, cachedInputTokens, outputTokens } = output.usage;
  const cached = cachedInputTokens === 0 ? '' : ` (and ${cachedInputTokens} remembered)`;
  const cost = spentWei === 0n ? 'free' : `${payment.chargedWei} wei, ${spentWei} in all`;
  return `${output.model.name} · ${inputTokens} tokens in${cached}, ${outputTokens} out · ${cost}`;
}
