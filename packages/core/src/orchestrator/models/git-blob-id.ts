import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What git calls the content of a file: SHA-1 of `blob <size>\0` and its bytes, hexadecimal. */
export async function gitBlobId(path: string, { signal }: { signal: AbortSignal }): Promise<string> {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const piece of createReadStream(path, { signal })) hash.update(piece);
  return hash.digest('hex');
}
