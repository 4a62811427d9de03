import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import type { PartUpload, StagedPart } from '../../protocol/frames.ts';
import type { JobDirectory } from './job-directory.ts';
import { translateDiskFull } from './translate-disk-full.ts';

interface Upload {
  readonly part: PartUpload;
  hash: Hash;
  receivedBytes: number;
  /** Breaks off the writer that runs, and resolves when it is gone. */
  takeOver: (() => Promise<void>) | undefined;
  whole: boolean;
}

/** The parts of one job that come by upload or through the inbox. */
export interface JobUploads {
  /** Names still awaited. */
  awaited(): readonly string[];
  /** Resolves when every part is whole; rejects with DISK_FULL. */
  readonly arrived: Promise<void>;
  /** What has come of a part. @throws ByocError PART_NOT_FOUND */
  progress(name: string): { receivedBytes: number; sizeBytes: number };
  /** Appends bytes to a part; true when it is whole. Throws UPLOAD_* and PART_* errors. */
  receive(name: string, offsetBytes: number, body: AsyncIterable<Uint8Array>): Promise<boolean>;
  /** Takes the files that the caller has put into the inbox. */
  adoptInbox(inboxDirectory: string): Promise<void>;
  staged(): readonly StagedPart[];
}

/** Creates the uploads of one job. */
export function createJobUploads(jobId: string, parts: readonly PartUpload[], directory: JobDirectory): JobUploads {
  const uploads = new Map<string, Upload>();
  for (const part of parts)
    uploads.set(part.name, { part, hash: createHash('sha256'), receivedBytes: 0, takeOver: undefined, whole: false });
  const { promise: arrived, resolve: resolveArrived, reject: rejectArrived } = Promise.withResolvers<void>();
  // Jobs without uploads wait for nothing.
  arrived.catch(() => {});
  const awaited = () => [...uploads.values()].filter(({ whole }) => !whole).map(({ part }) => part.name);
  const finish = (upload: Upload) => {
    upload.whole = true;
    if (awaited().length === 0) resolveArrived();
  };
  const find = (name: string) => {
    const upload = uploads.get(name);
    if (upload === undefined || upload.part.inboxFile !== '')
      throw new ByocError('PART_NOT_FOUND', { jobId, part: name });
    return upload;
  };

  async function write(upload: Upload, body: AsyncIterable<Uint8Array>, isBroken: () => boolean): Promise<void> {
    const { part } = upload;
    const path = await directory.inputPath(part.name);
    const file = await open(path, upload.receivedBytes === 0 ? 'w' : 'r+', 0o600);
    try {
      for await (const chunk of body) {
        if (isBroken()) return;
        const room = part.sizeBytes - upload.receivedBytes;
        const bytes = chunk.length > room ? chunk.subarray(0, room) : chunk;
        let done = 0;
        while (done < bytes.length)
          done += (await file.write(bytes, done, bytes.length - done, upload.receivedBytes + done)).bytesWritten;
        upload.hash.update(bytes);
        upload.receivedBytes += bytes.length;
        if (chunk.length > room)
          throw new ByocError('PART_TOO_LARGE', { jobId, part: part.name, limitBytes: part.sizeBytes });
      }
    } finally {
      await file.close();
      directory.own(path);
    }
  }

  function checkDigest(upload: Upload): void {
    const actual = upload.hash.digest('hex');
    if (upload.part.sha256 === '' || upload.part.sha256 === actual) {
      finish(upload);
      return;
    }
    upload.hash = createHash('sha256');
    upload.receivedBytes = 0;
    throw new ByocError('UPLOAD_DIGEST_MISMATCH', {
      jobId,
      part: upload.part.name,
      expected: upload.part.sha256,
      actual,
    });
  }

  async function adopt(upload: Upload, inboxDirectory: string): Promise<void> {
    const { name, inboxFile, sizeBytes } = upload.part;
    const refuse = (reason: string, cause?: unknown) =>
      new ByocError('INBOX_FILE_INVALID', { jobId, part: name, reason }, { cause });
    if (!/^[0-9a-f]{32}$/.test(inboxFile)) throw refuse('its name is not 32 hex digits');
    const path = await directory.inputPath(name);
    try {
      // Renamed first, checked afterwards: from here on nobody else knows its name.
      await rename(join(inboxDirectory, inboxFile), path);
      const stats = await lstat(path);
      if (!stats.isFile()) {
        await rm(path, { recursive: true, force: true });
        throw refuse('it is no regular file');
      }
      if (stats.size !== sizeBytes) throw refuse(`it has ${stats.size} bytes, ${sizeBytes} were announced`);
    } catch (error) {
      throw error instanceof ByocError
        ? error
        : refuse((error as NodeJS.ErrnoException).code ?? 'it can not be taken', error);
    }
    directory.own(path);
    upload.receivedBytes = sizeBytes;
    if (upload.part.sha256 === '') return finish(upload);
    for await (const chunk of createReadStream(path)) upload.hash.update(chunk as Uint8Array);
    checkDigest(upload);
  }

  return {
    awaited,
    arrived,
    progress(name) {
      const { receivedBytes, part } = find(name);
      return { receivedBytes, sizeBytes: part.sizeBytes };
    },
    async receive(name, offsetBytes, body) {
      const upload = find(name);
      await upload.takeOver?.();
      if (offsetBytes !== upload.receivedBytes)
        throw new ByocError('UPLOAD_OFFSET_MISMATCH', {
          jobId,
          part: name,
          offset: offsetBytes,
          expected: upload.receivedBytes,
        });
      if (upload.whole) return true;
      let broken = false;
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const takeOver = () => {
        broken = true;
        const { destroy } = body as { destroy?: () => void };
        destroy?.call(body);
        return gone;
      };
      upload.takeOver = takeOver;
      try {
        await write(upload, body, () => broken);
      } catch (error) {
        const known = translateDiskFull(error, jobId);
        // Nothing more can come: the job ends, and what was written of it goes.
        if (known !== error) rejectArrived(known);
        throw known;
      } finally {
        if (upload.takeOver === takeOver) upload.takeOver = undefined;
        resolve();
      }
      if (upload.receivedBytes < upload.part.sizeBytes) return false;
      checkDigest(upload);
      return true;
    },
    async adoptInbox(inboxDirectory) {
      for (const upload of uploads.values()) {
        if (upload.part.inboxFile !== '') await adopt(upload, inboxDirectory);
        else if (upload.part.sizeBytes === 0) {
          await write(upload, { async *[Symbol.asyncIterator]() {} }, () => false);
          checkDigest(upload);
        }
      }
    },
    staged: () =>
      parts.map(({ name, sizeBytes, mediaType }) => ({ name, uri: '', file: `in/${name}`, sizeBytes, mediaType })),
  };
}
