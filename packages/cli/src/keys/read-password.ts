import { readFile } from 'node:fs/promises';
import { ByocError } from '@byoc/core';
import { promptSecret } from './prompt-secret.ts';

/** Where a password comes from. */
export interface PasswordOptions {
  /** For texts: the key file. */
  readonly path: string;
  /** The first of all: a file that holds it. */
  readonly file: string | undefined;
  /** The second: what BYOC_ETH_PASSWORD held. */
  readonly text: string | undefined;
  /** Typed twice, for a new file. */
  readonly isNew?: boolean | undefined;
}

/**
 * Reads a password, UTF-8: from a file (one line end at its end does not count), from a text, or typed on a terminal without being
 * shown. The caller overwrites it with zeros.
 *
 * @throws ByocError KEYSTORE_PASSWORD_MISSING, KEYSTORE_UNREADABLE, INTERRUPTED
 */
export async function readPassword({ path, file, text, isNew = false }: PasswordOptions): Promise<Uint8Array> {
  if (file !== undefined) {
    const content = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw new ByocError('KEYSTORE_UNREADABLE', { path: file, reason: cause.code ?? cause.message }, { cause });
    });
    const line = /\r?\n$/.exec(content.toString('latin1'));
    return content.subarray(0, content.length - (line?.[0].length ?? 0));
  }
  if (text !== undefined) return Buffer.from(text);
  if (!process.stdin.isTTY) throw new ByocError('KEYSTORE_PASSWORD_MISSING', { path });
  const { stdin, stderr } = process;
  const typed = await promptSecret(`Password for ${path}: `, { input: stdin, output: stderr });
  if (!isNew) return typed;
  const again = await promptSecret('The same again: ', { input: stdin, output: stderr });
  const isSame = Buffer.from(typed).equals(again);
  again.fill(0);
  if (!isSame) throw new ByocError('KEYSTORE_PASSWORD_MISSING', { path });
  return typed;
}
