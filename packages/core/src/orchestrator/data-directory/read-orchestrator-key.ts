import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { parsePrivateKey } from '../../payment/keys/parse-private-key.ts';
import { translateStoreError } from '../store/translate-store-error.ts';

/**
 * Reads the private key, 32 bytes, that an orchestrator keeps in its data directory, to seal it elsewhere.
 *
 * @throws ByocError DATA_DIRECTORY_UNREADABLE, DATA_DIRECTORY_CORRUPT when there is none
 */
export async function readOrchestratorKey(dataDirectory: string): Promise<Uint8Array> {
  const path = join(resolve(dataDirectory), 'identity', 'identity.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw translateStoreError(error, path);
  });
  try {
    return parsePrivateKey(String(JSON.parse(text).privateKeyHex));
  } catch {
    // Without the cause: the parser's words quote the file.
    throw new ByocError('DATA_DIRECTORY_CORRUPT', { path, reason: 'it holds no key' });
  }
}
