import type { ChatHistoryItem, ChatModelFunctionCall, ChatModelResponse } from 'node-llama-cpp';
import type { ChatMessage } from '../../capability/message.ts';
import { textOf } from './text-of.ts';

/**
 * Writes a conversation as node-llama-cpp wants it: what an assistant says, calls and hears back from tools, up to the next
 * word of a user, is one item. The last item is the answer that is to be made.
 */
export function planHistory(messages: readonly ChatMessage[]): ChatHistoryItem[] {
  const history: ChatHistoryItem[] = [];
  let answer: ChatModelResponse | undefined;
  const calls = new Map<string, ChatModelFunctionCall>();
  const openAnswer = () => {
    if (answer !== undefined) return answer;
    answer = { type: 'model', response: [] };
    history.push(answer);
    return answer;
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      const call = calls.get(message.toolCallId);
      if (call !== undefined) call.result = textOf(message.content);
      continue;
    }
    if (message.role !== 'assistant') {
      answer = undefined;
      history.push({ type: message.role, text: textOf(message.content) });
      continue;
    }
    const { response } = openAnswer();
    if (message.reasoning !== undefined)
      response.push({ type: 'segment', segmentType: 'thought', text: message.reasoning, ended: true });
    const text = textOf(message.content ?? '');
    if (text !== '') response.push(text);
    for (const [index, { id, name, arguments: written }] of (message.toolCalls ?? []).entries()) {
      const call: ChatModelFunctionCall = {
        type: 'functionCall',
        name,
        params: parseArguments(written),
        result: '',
        startsNewChunk: index === 0,
      };
      calls.set(id, call);
      response.push(call);
    }
  }
  openAnswer();
  return history;
}

/** What a model wrote may be cut off: then its text is all there is. */
function parseArguments(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
