import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { parseLenientJson } from '../schedulers/parse-lenient-json.ts';
import type { PromptTokenizer } from './prompt-tokenizer.ts';

/** Reads `tokenizer.json`, as T5's models have it: pieces of words with their odds (SentencePiece's unigram). */
export async function readT5Tokenizer(folder: string, length: number): Promise<PromptTokenizer> {
  const json = parseLenientJson(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as {
    added_tokens: { content: string }[];
    model: { vocab: [string, number][] };
  };
  // Special tokens in a prompt are plain text here. The normalizer takes this sign out of every text.
  const names = new Set(json.added_tokens.map(({ content }) => content));
  const vocab = json.model.vocab.map(([piece, odds]) => [names.has(piece) ? `\u0001${piece}` : piece, odds]);
  const tokenizer = new Tokenizer(
    { ...json, added_tokens: [], model: { ...json.model, vocab } },
    { eos_token: '</s>' },
  );
  const special = (token: string) => json.model.vocab.findIndex(([piece]) => piece === token);
  return {
    ...{ start: undefined, end: special('</s>'), pad: special('<pad>'), length },
    encode: (text) => (text.trim() === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
  };
}
