import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { chatEventOf, createChatPrinter } from './chat-printer.ts';

it('shows text as it comes and what is not the answer apart', () => {
  const shown = { out: '', aside: '' };
  const printer = createChatPrinter({
    out: { write: (text: string) => (shown.out += text) },
    aside: { write: (text: string) => (shown.aside += text) },
  });
  printer.show({ type: 'reasoning', index: 0, text: 'hm' });
  printer.show({ type: 'text', index: 0, text: 'It is ' });
  printer.show({ type: 'text', index: 0, text: 'sunny.' });
  printer.show({ type: 'tool-call', index: 0, id: 'c', name: 'look', arguments: '{}' });
  printer.stop();
  expect(shown.out).toBe('\nIt is sunny.\n');
  expect(stripVTControlCharacters(shown.aside)).toBe('hm\nlook {}');
});

it('takes only events of text/chat', () => {
  const frame = { type: 'event', event: { type: 'text', index: 0, text: 'hi' } } as const;
  expect(chatEventOf('text/chat@^1', frame)).toEqual(frame.event);
  expect(chatEventOf('demo/echo', frame)).toBeUndefined();
  expect(chatEventOf('text/chat', { type: 'event', event: { odd: 1 } })).toBeUndefined();
});
