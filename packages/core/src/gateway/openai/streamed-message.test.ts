import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamedMessage } from './streamed-message.ts';
import type { ChatJobEvent, ChatJobOutput } from './text-contracts.ts';

const outputOf = (message: ChatJobOutput['message']): ChatJobOutput => ({
  message,
  finishReason: 'stop',
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  model: { name: 'm' },
  ignored: [],
});

const call = fc.record({ id: fc.string({ minLength: 1 }), name: fc.string({ minLength: 1 }), arguments: fc.string() });
const message = fc.record({
  content: fc.string(),
  reasoning: fc.string(),
  toolCalls: fc.array(call, { maxLength: 3 }),
});

type Whole = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** A whole message in events, the texts cut at `at`. */
function eventsOf({ content, reasoning, toolCalls }: Whole, at: number): ChatJobEvent[] {
  const cut = (text: string) => [text.slice(0, at), text.slice(at)];
  return [
    ...cut(reasoning).map((text) => ({ type: 'reasoning' as const, text })),
    ...cut(content).map((text) => ({ type: 'text' as const, text })),
    ...toolCalls.flatMap(({ id, name, arguments: text }, index): ChatJobEvent[] => [
      { type: 'tool-call', index, id, name, arguments: text.slice(0, at) },
      { type: 'tool-call', index, arguments: text.slice(at) },
    ]),
  ];
}

function collect(events: readonly ChatJobEvent[]) {
  const streamed = new StreamedMessage();
  for (const event of events) streamed.add(event);
  return streamed;
}

describe('a streamed message', () => {
  it('lacks exactly the events that were lost at its end', () => {
    fc.assert(
      fc.property(message, fc.nat(8), fc.nat(12), (whole, at, kept) => {
        const events = eventsOf(whole, at);
        const streamed = collect(events.slice(0, kept));
        const missing = streamed.missing(outputOf(whole), 'job');
        for (const event of missing) streamed.add(event);
        expect(streamed.missing(outputOf(whole), 'job')).toEqual([]);
        const text = [...events.slice(0, kept), ...missing].flatMap((event) =>
          event.type === 'text' ? event.text : [],
        );
        expect(text.join('')).toBe(whole.content);
      }),
    );
  });

  it.each<[string, ChatJobEvent[]]>([
    ['text', [{ type: 'text', text: 'bad' }]],
    ['more text', [{ type: 'text', text: 'good and more' }]],
    ['a call of another tool', [{ type: 'tool-call', index: 0, id: 'c', name: 'other', arguments: '' }]],
    ['one call more', [0, 1].map((index) => ({ type: 'tool-call', index, id: 'c', name: 'f', arguments: '' }))],
  ])('contradicts a result that has not streamed %s', (_, events) => {
    const output = outputOf({ content: 'good', toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }] });
    expect(() => collect(events).missing(output, 'job')).toThrow('is not how its result begins');
  });
});
