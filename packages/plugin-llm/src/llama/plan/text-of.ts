import type { ChatMessage } from '../../capability/message.ts';

/** The text of a message's content. */
export function textOf(content: NonNullable<ChatMessage['content']>): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
