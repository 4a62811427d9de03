import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { parseLenientJson } from '../schedulers/parse-lenient-json.ts';

/** Turns words into the numbers that a text encoder knows. */
export interface ClipTokenizer {
  /** Numbers of a text, without start and end. */
  encode(text: string): number[];
  readonly start: number;
  readonly end: number;
  readonly pad: number;
  /** Numbers that the encoder takes at once, start and end included. */
  readonly length: number;
}

/** Reads `vocab.json` and `merges.txt`, as CLIP's models have them. */
export async function readClipTokenizer(folder: string): Promise<ClipTokenizer> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const json = async (file: string) => parseLenientJson(await read(file)) as Record<string, unknown>;
  const optional = (file: string) => json(file).catch(() => ({}) as Record<string, unknown>);
  const [vocab, merges] = [await json('vocab.json'), await read('merges.txt')];
  const config = { ...(await optional('special_tokens_map.json')), ...(await optional('tokenizer_config.json')) };
  const special = (name: string, fallback: string) => {
    const value = config[name] as string | { content?: string } | undefined;
    const token = (typeof value === 'object' ? value.content : value) ?? fallback;
    return vocab[token] as number;
  };
  const tokenizer = new Tokenizer(clipTokenizer(vocab, merges), {});
  const length = Number(config['model_max_length'] ?? 77);
  const end = special('eos_token', '<|endoftext|>');
  return {
    ...{ start: special('bos_token', '<|startoftext|>'), end, pad: special('pad_token', '<|endoftext|>') },
    length: Number.isSafeInteger(length) && length > 2 && length <= 4096 ? length : 77,
    // An empty prompt has no numbers; the library would give it one.
    encode: (text) => (text.trim() === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
  };
}

/** tokenizer.json of a CLIP model, as transformers converts it; special tokens in a prompt are plain text here. */
function clipTokenizer(vocab: object, merges: string): object {
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
      merges: merges
        .split(/\r?\n/)
        .filter((line) => line !== '' && !line.startsWith('#version'))
        .map((line) => line.split(' ')),
    },
  };
}
