import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readClipTokenizer } from './clip-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const { tokens } = JSON.parse(readFileSync(join(fixtures, 'pipeline-fixtures.json'), 'utf8')) as {
  tokens: { prompt: string; ids: number[] }[];
};
const tokenizer = await readClipTokenizer(join(fixtures, 'pipelines/stable-diffusion/tokenizer'));

it.each(tokens)('reads $prompt as transformers does', ({ prompt, ids }) => {
  expect(tokenizer.encode(prompt)).toEqual(ids);
});

it('knows where a prompt starts and ends, and what fills it up', async () => {
  expect(tokenizer).toMatchObject({ start: 1029, end: 1030, pad: 1030, length: 77 });
  const second = await readClipTokenizer(join(fixtures, 'pipelines/stable-diffusion-xl/tokenizer_2'));
  expect(second.pad).toBe(0);
});

it('takes the name of a special token for plain text', () => {
  expect(tokenizer.encode('<|endoftext|>')).not.toContain(tokenizer.end);
});
