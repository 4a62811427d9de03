import { randomBytes } from 'node:crypto';
import { access, link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByocError } from '../../../errors/byoc-error.ts';

/**
 * Reads the secret that random numbers are made with, 32 bytes; makes it the first time. The file has mode 0600 and is whole or
 * not there, whenever the machine stops. Without it, what senders were told is worthless: keep it.
 *
 * @throws ByocError PAYMENT_SECRET_UNREADABLE
 */
export async function loadTicketSecret(path: string): Promise<Uint8Array> {
  try {
    await createIfMissing(path);
    const text = (await readFile(path, 'utf8')).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) throw new Error('it is not 64 hex digits');
    return new Uint8Array(Buffer.from(text, 'hex'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ByocError('PAYMENT_SECRET_UNREADABLE', { path, reason }, { cause });
  }
}

async function createIfMissing(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const fresh = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.sync();
    await file.close();
    // A link fails when somebody else was faster, and then theirs counts.
    await link(fresh, path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause;
    });
    const folder = await open(dirname(path));
    await folder.sync();
    await folder.close();
  } finally {
    await rm(fresh, { force: true });
  }
}
