import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { isPartName } from '../../primitives/part-name.ts';
import type { OutputPart } from '../../protocol/frames.ts';
import type { JobAccess, PartsClient } from './parts-client.ts';
import { sha256OfFile } from './sha256-of-file.ts';

/** Where parts come from. */
export interface PartsOrigin {
  readonly job: JobAccess;
  readonly url: string;
  /** Empty when it is another host. */
  readonly localDirectory: string;
  readonly client: PartsClient;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Overwrite files that exist. @default false */
  readonly replace?: boolean | undefined;
}

const CONCURRENCY = 4;

/** Fetches parts into a folder: each whole and checked under its name, or not there at all. */
export async function downloadParts(
  origin: PartsOrigin,
  parts: readonly OutputPart[],
  directory: string,
  options: DownloadOptions & { onFetched: (part: string) => void },
): Promise<void> {
  for (const part of parts) if (!isPartName(part.name)) throw failed(origin, part, 'its name is not safe');
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const left = [...parts];
  const work = async () => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      signal.throwIfAborted();
      await fetchPart(origin, part, join(directory, part.name), { signal, replace: options.replace === true });
      options.onFetched(part.name);
    }
  };
  const workers = Array.from({ length: Math.min(CONCURRENCY, parts.length) }, () =>
    work().catch((error) => {
      stop.abort(error);
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw stop.signal.aborted ? stop.signal.reason : failure.reason;
}

/** Fetches one part. */
export async function fetchPart(
  origin: PartsOrigin,
  part: OutputPart,
  target: string,
  { signal, replace }: { signal: AbortSignal; replace: boolean },
): Promise<void> {
  if (!isPartName(part.name)) throw failed(origin, part, 'its name is not safe');
  if (!replace && (await exists(target))) throw new ByocError('DOWNLOAD_TARGET_EXISTS', { path: target });
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.byoc-${randomBytes(8).toString('hex')}`);
  try {
    if (!(await copyFromOutbox(origin, part, temporary))) {
      await origin.client.download(origin.job, part.name, { path: temporary, sizeBytes: part.sizeBytes }, { signal });
    }
    const { size } = await stat(temporary);
    if (size !== part.sizeBytes) throw failed(origin, part, `it has ${size} bytes, not ${part.sizeBytes}`);
    if (part.sha256 !== '' && (await sha256OfFile(temporary, { signal })) !== part.sha256)
      throw failed(origin, part, 'its SHA-256 is not the one stated');
    if (replace) await rename(temporary, target);
    else await linkNew(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Copies (clones where it can) a file that the orchestrator on this host laid out. */
async function copyFromOutbox(origin: PartsOrigin, part: OutputPart, target: string): Promise<boolean> {
  if (origin.localDirectory === '') return false;
  const source = join(origin.localDirectory, 'outbox', origin.job.jobId, part.name);
  try {
    if (!(await lstat(source)).isFile()) return false;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    return true;
  } catch {
    return false;
  }
}

/** Gives a file its name, but never over another one that came meanwhile. */
async function linkNew(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new ByocError('DOWNLOAD_TARGET_EXISTS', { path: target }, { cause });
    await rename(temporary, target);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function failed(origin: PartsOrigin, part: OutputPart, reason: string): ByocError {
  return new ByocError('DOWNLOAD_FAILED', { part: part.name, orchestrator: origin.url, reason });
}
