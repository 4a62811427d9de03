import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByocError, isByocError, type Progress } from '@byoc/core';
import type { ModelLocation } from './locate-model.ts';

/** Gives the path of a model, fetched when it is not there yet: it goes on where an earlier fetch broke off, and appears whole and checked, or not at all. @throws ByocError MODEL_FETCH_FAILED */
export async function fetchModel(
  location: ModelLocation,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<string> {
  const size = (await stat(location.path).catch(() => undefined))?.size;
  const name = location.type === 'file' ? location.path : location.url;
  const fail = (reason: string, cause?: unknown) =>
    new ByocError('MODEL_FETCH_FAILED', { model: name, reason }, { cause });
  if (location.type === 'file') {
    if (size === undefined) throw fail('there is no such file');
    return location.path;
  }
  if (size !== undefined) return location.path;
  const { url, sha256, path } = location;
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await fetchRest(url, partial, { signal, onProgress, fail });
    const hash = createHash('sha256');
    for await (const piece of createReadStream(partial)) hash.update(piece);
    const actual = hash.digest('hex');
    if (sha256 !== undefined && actual !== sha256) {
      await rm(partial, { force: true });
      throw fail(`its SHA-256 is ${actual}, not ${sha256}`);
    }
    await rename(partial, path);
    return path;
  } catch (error) {
    signal.throwIfAborted();
    if (isByocError(error)) throw error;
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw fail(cause?.code ?? message, error);
  }
}

async function fetchRest(
  url: string,
  partial: string,
  options: { signal: AbortSignal; onProgress: (progress: Progress) => void; fail: (reason: string) => ByocError },
): Promise<void> {
  const { signal, onProgress, fail } = options;
  const have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  const response = await fetch(url, { signal, ...(have === 0 ? {} : { headers: { range: `bytes=${have}-` } }) });
  // The partial file was whole already.
  if (response.status === 416 && have > 0) return;
  if (!response.ok || response.body === null) throw fail(`the server answered with status ${response.status}`);
  const resumed = response.status === 206;
  const total = Number(response.headers.get('content-length') ?? 0) + (resumed ? have : 0);
  const file = await open(partial, resumed ? 'a' : 'w');
  let bytes = resumed ? have : 0;
  try {
    for await (const piece of response.body) {
      await file.write(piece);
      bytes += piece.length;
      const message = `${(bytes / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
      onProgress({ stage: 'model', message, ...(total === 0 ? {} : { fraction: bytes / total }) });
    }
  } finally {
    await file.close();
  }
  if (total > 0 && bytes !== total) throw fail(`${bytes} of ${total} bytes came`);
}
