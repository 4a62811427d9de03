import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import { gitBlobId } from './git-blob-id.ts';
import { explainAnswer, explainBreak, type ModelRequest } from './model-failure.ts';
import type { ModelAnswer, ModelHttp } from './model-http.ts';
import { PartialFile } from './partial-file.ts';
import type { PlannedFile } from './plan-files.ts';

/** So many tries that bring nothing, one after another, are enough. */
const TRIES_MAX = 5;
const PAUSE_FIRST_MS = 1000;
const PAUSE_MAX_MS = 60_000;

/** What fetching a file needs. */
export interface FetchFileOptions {
  readonly model: string;
  /** Where the file is kept while it comes in. */
  readonly partial: string;
  readonly http: ModelHttp;
  readonly hasToken: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Bytes of this file that are there, and of all of it when that is known. */
  readonly onBytes: (bytes: number, totalBytes: number | undefined) => void;
  /** Called before bytes come in: throws when there is no room for so many more. */
  readonly checkSpace: (bytes: number) => Promise<void>;
}

/** Something that may be better after a pause. */
class Transient extends Error {
  readonly failure: unknown;
  readonly retryMs: number;

  constructor(failure: unknown, retryMs = 0) {
    super('transient');
    this.failure = failure;
    this.retryMs = retryMs;
  }
}

/**
 * Fetches a file into `partial`, from where an earlier fetch of the same version broke off, and checks size and digests. Tries again
 * where the server or the network may be better later, as long as that brings more of it.
 *
 * @throws ByocError MODEL_*
 */
export async function fetchFile(
  file: PlannedFile,
  options: FetchFileOptions,
): Promise<{ sha256: string; sizeBytes: number }> {
  const { model, clock, signal } = options;
  const asked: ModelRequest = { model, url: file.url, hasToken: options.hasToken };
  const partial = await PartialFile.open(options.partial, { signal });
  let isKept = true;
  try {
    for (let tries = 1, before = partial.bytes; ; tries += 1) {
      try {
        await continueFile(file, partial, asked, options);
        break;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Transient)) throw error;
        if (partial.bytes > before) tries = 1;
        if (tries >= TRIES_MAX) throw error.failure;
        before = partial.bytes;
        await clock.sleep(Math.min(PAUSE_MAX_MS, error.retryMs || PAUSE_FIRST_MS * 2 ** (tries - 1)), { signal });
      }
    }
    const sha256 = partial.digest();
    if (file.sha256 !== undefined && sha256 !== file.sha256)
      throw wrong(asked.model, file, `SHA-256 ${file.sha256}`, `SHA-256 ${sha256}`);
    const blobId = file.blobId === undefined ? undefined : await gitBlobId(partial.path, { signal });
    if (blobId !== file.blobId) throw wrong(asked.model, file, `git blob ${file.blobId}`, `git blob ${blobId}`);
    return { sha256, sizeBytes: partial.bytes };
  } catch (error) {
    isKept = !isByocError(error, 'MODEL_CONTENT_WRONG');
    throw error;
  } finally {
    await (isKept ? partial.close() : partial.discard());
  }
}

async function continueFile(
  file: PlannedFile,
  partial: PartialFile,
  asked: ModelRequest,
  options: FetchFileOptions,
): Promise<void> {
  const { http, signal, onBytes } = options;
  if (partial.bytes > 0 && partial.bytes === file.sizeBytes) return;
  // Without a version to ask for, only a digest proves that the pieces belong together.
  const mayResume = partial.bytes > 0 && (partial.validator !== '' || file.sha256 !== undefined);
  if (partial.bytes > (file.sizeBytes ?? Number.POSITIVE_INFINITY) || !mayResume) await partial.restart('');
  const ifRange: Record<string, string> = partial.validator === '' ? {} : { 'if-range': partial.validator };
  const resume = mayResume && partial.bytes > 0 ? { range: `bytes=${partial.bytes}-`, ...ifRange } : {};
  let answer: ModelAnswer;
  try {
    answer = await http.get(file.url, { headers: resume, signal });
  } catch (error) {
    const failure = explainBreak(error, asked);
    // Nothing was there yet: it is said at once that there is no way to it.
    if (partial.bytes === 0 && isByocError(failure, 'MODEL_HOST_UNREACHABLE')) throw failure;
    throw new Transient(failure);
  }
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(String(answer.headers['content-range'] ?? ''));
  if (answer.status === 416) {
    answer.body.on('error', () => {}).destroy();
    if (Number(range?.[2]) === partial.bytes) return;
    await partial.restart('');
    throw new Transient(new ByocError('MODEL_FETCH_FAILED', { model: asked.model, reason: 'it has become shorter' }));
  }
  if (answer.status === 206 && Number(range?.[1] ?? Number.NaN) !== partial.bytes) {
    answer.body.on('error', () => {}).destroy();
    await partial.restart('');
    throw new Transient(
      new ByocError('MODEL_FETCH_FAILED', {
        model: asked.model,
        reason: 'the server sent another part than was asked',
      }),
    );
  }
  if (answer.status !== 200 && answer.status !== 206) {
    const { error, retryMs } = await explainAnswer(answer, asked);
    throw retryMs === undefined ? error : new Transient(error, retryMs);
  }
  if (answer.status === 200) await partial.restart(validatorOf(answer));
  await receive(file, partial, answer, { asked, signal, onBytes, checkSpace: options.checkSpace });
}

async function receive(
  file: PlannedFile,
  partial: PartialFile,
  { headers, body }: ModelAnswer,
  options: Pick<FetchFileOptions, 'signal' | 'onBytes' | 'checkSpace'> & { asked: ModelRequest },
): Promise<void> {
  const { asked, signal, onBytes } = options;
  const length = headers['content-length'];
  const announced = typeof length === 'string' ? partial.bytes + Number(length) : undefined;
  try {
    if (file.sizeBytes !== undefined && announced !== undefined && announced !== file.sizeBytes)
      throw wrong(asked.model, file, `${file.sizeBytes} bytes`, `${announced} bytes`);
    const total = file.sizeBytes ?? announced;
    await options.checkSpace((total ?? partial.bytes) - partial.bytes);
    for await (const piece of body) {
      await partial.append(piece);
      if (total !== undefined && partial.bytes > total) throw wrong(asked.model, file, `${total} bytes`, 'more came');
      onBytes(partial.bytes, total);
      signal.throwIfAborted();
    }
    if (total !== undefined && partial.bytes < total)
      throw new ByocError('MODEL_FETCH_FAILED', {
        model: asked.model,
        reason: `${partial.bytes} of ${total} bytes of ${file.path} came`,
      });
  } catch (error) {
    body.on('error', () => {}).destroy();
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    const failure = explainBreak(error, asked);
    throw isByocError(failure, 'MODEL_FETCH_FAILED') ? new Transient(failure) : failure;
  }
}

/** What `If-Range` may carry: a strong tag, else a date. A tag of a weak kind may name two different files. */
function validatorOf({ headers }: ModelAnswer): string {
  const { etag, 'last-modified': date } = headers;
  if (typeof etag === 'string' && etag.startsWith('"')) return etag;
  return etag === undefined && typeof date === 'string' ? date : '';
}

function wrong(model: string, file: PlannedFile, expected: string, actual: string): ByocError {
  return new ByocError('MODEL_CONTENT_WRONG', { model, file: file.path, expected, actual });
}
