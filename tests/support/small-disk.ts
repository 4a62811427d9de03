import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of a few MiB. */
export interface SmallDisk {
  readonly path: string;
  /** Takes every free byte. */
  fill(): Promise<void>;
  /** Gives them back. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts a tmpfs; undefined where that is not allowed (it takes root). */
export async function mountSmallDisk(sizeMib: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'byoc-disk-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=700`, 'tmpfs', path]).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    await rm(path, { recursive: true });
    process.stderr.write('skipping what needs a small disk: this user may not mount one\n');
    return undefined;
  }
  const filler = join(path, 'filler');
  return {
    path,
    async fill() {
      // A page at a time: whatever is left over is too small for anybody else as well.
      const page = Buffer.alloc(4096, 1);
      for (const bytes of [Buffer.alloc(sizeMib * 1024 ** 2, 1), page])
        await writeFile(filler, bytes, { flag: 'a' }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOSPC') throw error;
        });
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      await run('umount', ['-l', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}
