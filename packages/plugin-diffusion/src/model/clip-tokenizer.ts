import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { parseLenientJson } from '../schedulers/parse-lenient-json.ts';
import type { PromptTokenizer } from './prompt-tokenizer.ts';

/** Reads `vocab.json` and `merges.txt`, as CLIP's models have them, or `tokenizer.json` that has both. */
export async function readClipTokenizer(folder: string): Promise<PromptTokenizer> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const json = async (file: string) => parseLenientJson(await read(file)) as Record<string, unknown>;
  const optional = (file: string) => json(file).catch(() => ({}) as Record<string, unknown>);
  const { vocab, merges } = await readWords(read);
  const config = { ...(await optional('special_tokens_map.json')), ...(await optional('tokenizer_config.json')) };
  const special = (name: string, fallback: string) => {
    const value = config[name] as string | { content?: string } | undefined;
    const token = (typeof value === 'object' ? value.content : value) ?? fallback;
    return vocab[token] as number;
  };
  const tokenizer = new Tokenizer(clipTokenizer({ vocab, merges }), {});
  const length = Number(config['model_max_length'] ?? 77);
  const end = special('eos_token', '<|endoftext|>');
  return {
    ...{ start: special('bos_token', '<|startoftext|>'), end, pad: special('pad_token', '<|endoftext|>') },
    length: Number.isSafeInteger(length) && length > 2 && length <= 4096 ? length : 77,
    // An empty prompt has no numbers; the library would give it one.
    encode: (text) => (text.trim() === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
  };
}

interface Words {
  readonly vocab: Readonly<Record<string, unknown>>;
  /** Pairs that are joined, in their order. */
  readonly merges: readonly (readonly string[])[];
}

async function readWords(read: (file: string) => Promise<string>): Promise<Words> {
  const pairs = (lines: readonly (string | readonly string[])[]) =>
    lines.map((line) => (typeof line === 'string' ? line.split(' ') : line));
  const vocab = await read('vocab.json').catch(() => undefined);
  if (vocab === undefined) {
    const { model } = parseLenientJson(await read('tokenizer.json')) as { model: Words };
    return { vocab: model.vocab, merges: pairs(model.merges) };
  }
  const lines = (await read('merges.txt')).split(/\r?\n/);
  const merges = pairs(lines.filter((line) => line !== '' && !line.startsWith('#version')));
  return { vocab: parseLenientJson(vocab) as Words['vocab'], merges };
}

/** tokenizer.json of a CLIP model, as transformers converts it; special tokens in a prompt are plain text here. */
function clipTokenizer({ vocab, merges }: Words): object {
  return {
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: null,
    model: {
      ...{ type: 'BPE', unk_token: '<|endoftext|>', continuing_subword_prefix: '', end_of_word_suffix: '</w>' },
      ...{ fuse_unk: false, byte_fallback: false, vocab },
      merges,
    },
  };
}
