import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePrompt } from './parse-prompt.ts';

const read = (prompt: string) =>
  parsePrompt(prompt).map(({ text, weight }) => `${text.trim()}*${Number(weight.toFixed(4))}`);

it.each([
  ['a cat', ['a cat*1']],
  ['a (red) cat', ['a*1', 'red*1.1', 'cat*1']],
  ['a ((red)) cat', ['a*1', 'red*1.21', 'cat*1']],
  ['a (red:1.3) cat', ['a*1', 'red*1.3', 'cat*1']],
  ['a (red: .5 ) cat', ['a*1', 'red*0.5', 'cat*1']],
  ['a [red] cat', ['a*1', 'red*0.9091', 'cat*1']],
  ['a (b (c:2) d)', ['a*1', 'b*1.1', 'c*2.2', 'd*1.1']],
  [String.raw`a \(red\) cat`, ['a (red) cat*1']],
  ['a (red cat', ['a*1', 'red cat*1.1']],
  ['a red) cat:', ['a red) cat:*1']],
  ['10:30 (at:night)', ['10:30*1', 'at:night*1.1']],
  ['', []],
])('reads the weights of %j', (prompt, wanted) => {
  expect(read(prompt)).toEqual(wanted);
});

it('starts a chunk at BREAK', () => {
  expect(parsePrompt('a BREAK b').map(({ text, startsChunk }) => [text.trim(), startsChunk])).toEqual([
    ['a', false],
    ['b', true],
  ]);
});

it('reads any text without loss of its letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (prompt) => {
      const letters = (text: string) => text.replaceAll(/[\\()[\]:.\d+-]|\s|BREAK/g, '');
      const text = parsePrompt(prompt)
        .map((piece) => piece.text)
        .join('');
      expect(letters(text)).toBe(letters(prompt));
    }),
  );
});
