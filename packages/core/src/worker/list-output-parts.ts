import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '../errors/byoc-error.ts';
import { isPartName } from '../primitives/part-name.ts';
import type { OutputPart } from '../protocol/frames.ts';

/** Files of one job's output at most. */
const PARTS_MAX = 10_000;

/**
 * Lists the files of a job's `out` folder, sorted by name.
 *
 * @throws ByocError JOB_OUTPUT_UNSAFE for a link, a device, a name that is no part name, or too many files
 */
export async function listOutputParts(jobId: string, directory: string): Promise<OutputPart[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const parts: OutputPart[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(directory.length + 1);
    const unsafe = (reason: string) => new ByocError('JOB_OUTPUT_UNSAFE', { jobId, path: name, reason });
    if (!entry.isFile()) throw unsafe('it is not a regular file');
    if (!isPartName(name)) throw unsafe('its name is not a part name');
    if (parts.length >= PARTS_MAX) throw unsafe(`there are more than ${PARTS_MAX} files`);
    parts.push({ name, sizeBytes: (await lstat(path)).size, sha256: '', mediaType: '' });
  }
  return parts.sort((a, b) => (a.name < b.name ? -1 : 1));
}
