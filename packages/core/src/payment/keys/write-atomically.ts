import { open, rename, rm } from 'node:fs/promises';

/** Writes a file whole or not at all: beside it, flushed, then renamed. Mode 0600. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
