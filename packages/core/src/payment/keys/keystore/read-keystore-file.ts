import { readFile, stat } from 'node:fs/promises';
import { ByocError } from '../../../errors/byoc-error.ts';
import { type KeystoreFile, keystoreFileSchema } from './keystore-file.ts';

const FILE_BYTES_MAX = 64 * 1024;

/** Reads a key file without opening it. @throws ByocError KEYSTORE_UNREADABLE, KEYSTORE_INVALID */
export async function readKeystoreFile(path: string): Promise<KeystoreFile> {
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words quote the file.
    throw new ByocError('KEYSTORE_INVALID', { path, reason: 'it is no JSON' });
  }
  const parsed = keystoreFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = `\`${issue?.path.join('.')}\`: ${issue?.message}`;
  throw new ByocError('KEYSTORE_INVALID', { path, reason }, { cause: parsed.error });
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= FILE_BYTES_MAX) return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ByocError('KEYSTORE_UNREADABLE', { path, reason: code ?? message }, { cause });
  }
  throw new ByocError('KEYSTORE_INVALID', { path, reason: `it is longer than ${FILE_BYTES_MAX} bytes` });
}
