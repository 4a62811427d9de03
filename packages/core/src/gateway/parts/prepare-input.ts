import { access, constants, stat } from 'node:fs/promises';
import { ByocError } from '../../errors/byoc-error.ts';
import { isPartName } from '../../primitives/part-name.ts';
import { BlobInput } from '../blobs/blob-input.ts';

/** Bytes up to this size travel in frames. */
export const FRAMED_BYTES_MAX = 4 * 1024 * 1024;

/** A part to send. */
export interface InputPart {
  readonly name: string;
  readonly blob: BlobInput;
  /** Undefined for a stream. */
  readonly sizeBytes: number | undefined;
}

/** An input as JSON, and the parts that it names. */
export interface PreparedInput {
  readonly json: unknown;
  readonly parts: readonly InputPart[];
}

/** Replaces bytes in an input by references. @throws ByocError SOURCE_FILE_UNREADABLE, INPUT_PART_INVALID */
export async function prepareInput(
  input: unknown,
  named: Readonly<Record<string, BlobInput>> = {},
): Promise<PreparedInput> {
  const found: { name: string; blob: BlobInput }[] = [];
  for (const [name, blob] of Object.entries(named)) {
    if (!isPartName(name)) throw new ByocError('INPUT_PART_INVALID', { part: name, reason: 'the name is not safe' });
    if (blob.origin.type === 'uri')
      throw new ByocError('INPUT_PART_INVALID', { part: name, reason: 'an address belongs into the input itself' });
    found.push({ name, blob });
  }
  const names = new Map<BlobInput, string>();
  const json = replace(input, (blob) => {
    const media = blob.mediaType === undefined ? {} : { mediaType: blob.mediaType };
    if (blob.origin.type === 'uri') return { $uri: blob.origin.uri, ...media };
    let name = names.get(blob);
    if (name === undefined) {
      let number = names.size + 1;
      while (found.some((one) => one.name === `part-${number}`)) number += 1;
      name = `part-${number}`;
      names.set(blob, name);
      found.push({ name, blob });
    }
    return { $part: name, ...media };
  });
  const parts = await Promise.all(found.map(async (part) => ({ ...part, sizeBytes: await sizeOf(part.blob) })));
  return { json, parts };
}

function replace(value: unknown, refOf: (blob: BlobInput) => unknown): unknown {
  if (value instanceof BlobInput) return refOf(value);
  if (Array.isArray(value)) return value.map((item) => replace(item, refOf));
  const plain =
    value !== null && typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!plain) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, refOf)]));
}

async function sizeOf({ origin }: BlobInput): Promise<number | undefined> {
  if (origin.type === 'bytes') return origin.data.length;
  if (origin.type !== 'file') return undefined;
  const { path } = origin;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason: 'it is not a regular file' });
    await access(path, constants.R_OK);
    return facts.size;
  } catch (cause) {
    if (cause instanceof ByocError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EACCES' ? 'permission is denied' : code;
    throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason }, { cause });
  }
}
