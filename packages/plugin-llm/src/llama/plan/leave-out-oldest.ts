import type { ChatMessage } from '../../capability/message.ts';

/**
 * Leaves out the oldest turn that is not from the system: a message and all up to the next word of a user. The last word of a
 * user and what followed it stay. Undefined when nothing more can go.
 */
export function leaveOutOldest(messages: readonly ChatMessage[]): readonly ChatMessage[] | undefined {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const next = messages.findIndex(({ role }, index) => index > first && role === 'user');
  if (first === -1 || next === -1 || first >= last) return undefined;
  return messages.filter(({ role }, index) => role === 'system' || index < first || index >= next);
}
