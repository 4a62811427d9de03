import { randomBytes } from 'node:crypto';
import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a file into the inbox of an orchestrator on this host (a clone where the file system can); undefined when it can't
 * be reached. Not a hard link: the user may change the file in place later.
 */
export async function placeInInbox(
  localDirectory: string,
  path: string,
  sizeBytes: number,
): Promise<string | undefined> {
  if (localDirectory === '') return undefined;
  const digits = randomBytes(16).toString('hex');
  const target = join(localDirectory, 'inbox', digits);
  try {
    await copyFile(path, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    if ((await stat(target)).size === sizeBytes) return digits;
  } catch {
    // HTTPS does it.
  }
  await rm(target, { force: true }).catch(() => {});
  return undefined;
}
