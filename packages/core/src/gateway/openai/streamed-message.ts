import { ByocError } from '../../errors/byoc-error.ts';
import type { ChatJobEvent, ChatJobOutput } from './text-contracts.ts';

/** Holds what was streamed of a message against the whole message: what is missing at the end is sent, what differs is an error. */
export class StreamedMessage {
  #text = '';
  #reasoning = '';
  readonly #calls: { id: string; name: string; arguments: string }[] = [];

  add(event: ChatJobEvent): void {
    if (event.type === 'text') this.#text += event.text;
    else if (event.type === 'reasoning') this.#reasoning += event.text;
    else {
      this.#calls[event.index] ??= { id: event.id ?? '', name: event.name ?? '', arguments: '' };
      (this.#calls[event.index] as { arguments: string }).arguments += event.arguments;
    }
  }

  /** What the whole message has and nobody streamed; after a lost connection that may be its end. @throws ByocError STREAM_CONTRADICTS_RESULT */
  missing({ message }: ChatJobOutput, jobId: string): ChatJobEvent[] {
    const rest = (whole: string, streamed: string, part: string) => {
      if (!whole.startsWith(streamed)) throw new ByocError('STREAM_CONTRADICTS_RESULT', { jobId, part });
      return whole.slice(streamed.length);
    };
    const events: ChatJobEvent[] = [];
    const reasoning = rest(message.reasoning ?? '', this.#reasoning, 'reasoning');
    if (reasoning !== '') events.push({ type: 'reasoning', text: reasoning });
    const text = rest(message.content, this.#text, 'content');
    if (text !== '') events.push({ type: 'text', text });
    const calls = message.toolCalls ?? [];
    if (this.#calls.length > calls.length)
      throw new ByocError('STREAM_CONTRADICTS_RESULT', { jobId, part: 'toolCalls' });
    for (const [index, call] of calls.entries()) {
      const streamed = this.#calls[index];
      const part = `toolCalls/${index}`;
      if (streamed === undefined) events.push({ type: 'tool-call', index, ...call });
      else {
        if (streamed.id !== call.id || streamed.name !== call.name)
          throw new ByocError('STREAM_CONTRADICTS_RESULT', { jobId, part });
        const text = rest(call.arguments, streamed.arguments, part);
        if (text !== '') events.push({ type: 'tool-call', index, arguments: text });
      }
    }
    return events;
  }
}
