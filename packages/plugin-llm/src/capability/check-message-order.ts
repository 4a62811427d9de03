import type { ChatMessage } from './message.ts';

/** A message that stands where it can't, and why. */
export interface MisplacedMessage {
  readonly index: number;
  readonly message: string;
}

/**
 * Finds the first message that is out of order: every tool call is answered, once, right after the message that made it; an
 * assistant says something or calls something; and a user or a tool has the last word.
 */
export function checkMessageOrder(messages: readonly ChatMessage[]): MisplacedMessage | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.toolCallId))
        return { index, message: `answers tool call ${JSON.stringify(message.toolCallId)}, which is not open here` };
      continue;
    }
    const [unanswered] = open;
    if (unanswered !== undefined)
      return { index, message: `comes before the answer to tool call ${JSON.stringify(unanswered)}` };
    if (message.role !== 'assistant') continue;
    const calls = message.toolCalls ?? [];
    if (calls.length === 0 && (message.content ?? '').length === 0)
      return { index, message: 'is from the assistant, and has neither content nor tool calls' };
    open = new Set(calls.map(({ id }) => id));
    if (open.size < calls.length) return { index, message: 'has two tool calls with the same id' };
  }
  const index = messages.length - 1;
  const last = messages[index];
  const [unanswered] = open;
  if (unanswered !== undefined)
    return { index, message: `leaves tool call ${JSON.stringify(unanswered)} without an answer` };
  if (last !== undefined && last.role !== 'user' && last.role !== 'tool')
    return { index, message: `is the last and from the ${last.role}; a user or a tool has the last word` };
  return undefined;
}
