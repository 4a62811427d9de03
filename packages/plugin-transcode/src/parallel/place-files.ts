import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByocError } from '@byoc/core';
import type { DownloadOptions } from '@byoc/core/gateway';

/** Copies files into a folder: each whole under its name, or not there at all. @throws ByocError DOWNLOAD_TARGET_EXISTS */
export async function placeFiles(
  from: string,
  names: readonly string[],
  directory: string,
  options: DownloadOptions = {},
): Promise<void> {
  for (const name of names) {
    options.signal?.throwIfAborted();
    await placeFile(join(from, name), join(directory, name), options.replace === true);
  }
}

/** Copies one file. */
export async function placeFile(from: string, target: string, replace: boolean): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.byoc-${randomBytes(8).toString('hex')}`);
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    if (replace) await rename(temporary, target);
    else await link(temporary, target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new ByocError('DOWNLOAD_TARGET_EXISTS', { path: target }, { cause });
  } finally {
    await rm(temporary, { force: true });
  }
}
