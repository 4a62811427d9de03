import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readT5Tokenizer } from './t5-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const { tokens } = JSON.parse(readFileSync(join(fixtures, 'flow-fixtures.json'), 'utf8')) as {
  tokens: { prompt: string; ids: number[] }[];
};
const tokenizer = await readT5Tokenizer(join(fixtures, 'pipelines/flux/tokenizer_2'), 512);
const isSpecial = ({ prompt }: { prompt: string }) => prompt.includes('</s>');

it.each(tokens.filter((one) => !isSpecial(one)))('reads $prompt as transformers does', ({ prompt, ids }) => {
  expect(tokenizer.encode(prompt)).toEqual(ids);
});

it('knows how a prompt ends, and what fills it up', () => {
  expect(tokenizer).toMatchObject({ start: undefined, end: 1, pad: 0, length: 512 });
});

it('takes the name of a special token for plain text', () => {
  expect(tokenizer.encode('</s> <pad> <extra_id_0>')).not.toContain(tokenizer.end);
});
