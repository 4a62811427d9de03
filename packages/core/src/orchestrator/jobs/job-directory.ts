import { chownSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { isPartName } from '../../primitives/part-name.ts';

/** The user of every container when the orchestrator is root. */
const CONTAINER_UID = 65532;

/** The folder of one job on the host. */
export interface JobDirectory {
  readonly path: string;
  /** Hands a path to the container's user, when we are root. */
  own(path: string): void;
  /** Makes the folders above a part in `in/` and returns the part's path. */
  inputPath(part: string): Promise<string>;
  /** The path of a file in this directory, whose folder is made. */
  makeFolderOf(name: string): Promise<string>;
  /** Moves `out/` to `target`, where downloads find it. */
  moveOutput(target: string): Promise<void>;
  remove(): Promise<void>;
}

/** Names the folder of a job without making it. */
export function jobDirectory(jobsDirectory: string, jobId: string): JobDirectory {
  const path = join(jobsDirectory, jobId);
  const own = (target: string) => {
    if (process.getuid?.() === 0) chownSync(target, CONTAINER_UID, CONTAINER_UID);
  };
  const makeFolderOf = async (name: string) => {
    const file = join(path, name);
    // Not the container's: it may read what is in there, and can't lay a link where this process will write.
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    return file;
  };
  return {
    path,
    own,
    inputPath: (part) => makeFolderOf(join('in', part)),
    makeFolderOf,
    async moveOutput(target) {
      await checkUnlinked(join(path, 'out'), jobsDirectory, jobId);
      await rename(join(path, 'out'), target);
      await checkUnlinked(target, dirname(target), jobId);
    },
    async remove() {
      // Most jobs have none: one cheap look instead of a turn of the thread pool.
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

/** Makes the folder of a job, with `in`, `out` and `tmp`. Synchronous: four small calls cost less than four turns. */
export function makeJobDirectory(jobsDirectory: string, jobId: string): JobDirectory {
  const directory = jobDirectory(jobsDirectory, jobId);
  for (const name of ['', 'in']) mkdirSync(join(directory.path, name), { mode: 0o755 });
  for (const name of ['out', 'tmp']) {
    const path = join(directory.path, name);
    mkdirSync(path, { mode: 0o700 });
    directory.own(path);
  }
  return directory;
}

/**
 * Checks that the path from `trusted`, a folder that no worker can replace, down to `folder` goes through real folders
 * only: a worker owns what is in between and could have put a link there.
 *
 * @throws ByocError JOB_OUTPUT_UNSAFE
 */
async function checkUnlinked(folder: string, trusted: string, jobId: string): Promise<void> {
  const real = await realpath(folder);
  if (real !== join(await realpath(trusted), relative(trusted, folder)))
    throw new ByocError('JOB_OUTPUT_UNSAFE', {
      jobId,
      path: basename(folder),
      reason: 'it leads out of the job directory',
    });
}

/**
 * Opens an output file to read it, whatever a hostile worker has put there: only a regular file, within
 * `root`, never through a symlink. `trusted` is the folder above `root` that no worker can replace.
 *
 * @throws ByocError JOB_OUTPUT_UNSAFE
 */
export async function openOutputFile(
  root: string,
  name: string,
  { jobId, trusted }: { jobId: string; trusted: string },
): Promise<{ file: FileHandle; sizeBytes: number }> {
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('JOB_OUTPUT_UNSAFE', { jobId, path: name, reason }, { cause });
  if (!isPartName(name)) throw refuse('it is no part name');
  const path = join(root, name);
  let file: FileHandle;
  try {
    await checkUnlinked(root, trusted, jobId);
    const folder = await realpath(dirname(path));
    const base = await realpath(root);
    if (folder !== base && !folder.startsWith(base + sep)) throw refuse('it leads out of the job directory');
    if (!(await lstat(path)).isFile()) throw refuse('it is no regular file');
    // O_NONBLOCK: a pipe that was put there in between must not hold us.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw error instanceof ByocError
      ? error
      : refuse((error as NodeJS.ErrnoException).code ?? 'it can not be opened', error);
  }
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    throw refuse('it is no regular file');
  }
  return { file, sizeBytes: stats.size };
}
