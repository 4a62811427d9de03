import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { ConnectedOrchestrator } from '../../protocol/orchestrator/connect-orchestrator.ts';
import { backoffDelayMs } from '../backoff-delay.ts';

/** A job, as its HTTPS side knows it. */
export interface JobAccess {
  readonly jobId: string;
  readonly jobSecret: Uint8Array;
}

type Method = 'GET' | 'PUT' | 'HEAD' | 'DELETE';

interface CallOptions {
  readonly signal: AbortSignal;
  readonly headers?: Record<string, string>;
  readonly body?: string | ReturnType<typeof createReadStream>;
}

interface Retry {
  readonly signal: AbortSignal;
}

/** Tries in a row without a byte of progress. */
const TRIES_MAX = 5;

/** The HTTPS side of one orchestrator, under its pinned certificate. */
export class PartsClient {
  readonly #agent: Agent;
  readonly #base: string;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(connection: ConnectedOrchestrator, options: { clock: Clock; random: () => number }) {
    const host = new URL(connection.url).hostname;
    this.#url = connection.url;
    this.#base = `https://${host}:${connection.info.httpPort}/v1/jobs/`;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#agent = new Agent({
      connect: {
        ca: connection.certificatePem,
        checkServerIdentity: (_, shown) =>
          createHash('sha256').update(shown.raw).digest('hex') === connection.certificateSha256
            ? undefined
            : new Error('the certificate is not the pinned one'),
      },
      bodyTimeout: 60_000,
      headersTimeout: 60_000,
    });
  }

  /** Uploads a file, from where it broke when it breaks. @throws ByocError UPLOAD_FAILED */
  async upload(
    job: JobAccess,
    part: string,
    file: { path: string; sizeBytes: number },
    { signal }: Retry,
  ): Promise<void> {
    let offset = 0;
    await this.#retry(
      signal,
      async (first) => {
        const before = offset;
        if (!first) {
          const head = await this.#request('HEAD', job, part, { signal });
          if (head.statusCode >= 300) return { fatal: `HTTP ${head.statusCode}` };
          offset = Number(head.headers['upload-offset'] ?? 0);
        }
        const body =
          offset >= file.sizeBytes ? '' : createReadStream(file.path, { start: offset, end: file.sizeBytes - 1 });
        const answer = await this.#request('PUT', job, part, {
          signal,
          body,
          headers: { 'upload-offset': String(offset), 'content-length': String(Math.max(0, file.sizeBytes - offset)) },
        });
        if (answer.statusCode === 204) return { done: true };
        const { reason, mayRetry } = readRefusal(answer.statusCode, answer.text);
        return mayRetry || [202, 409].includes(answer.statusCode)
          ? { broken: reason, moved: offset > before }
          : { fatal: reason };
      },
      (reason) => new ByocError('UPLOAD_FAILED', { part, orchestrator: this.#url, reason }),
    );
  }

  /** Downloads a part into a file, from where it broke when it breaks. @throws ByocError DOWNLOAD_FAILED */
  async download(
    job: JobAccess,
    part: string,
    target: { path: string; sizeBytes: number },
    { signal }: Retry,
  ): Promise<void> {
    const file = await open(target.path, 'w', 0o644);
    let offset = 0;
    try {
      await this.#retry(
        signal,
        async () => {
          const before = offset;
          if (offset === target.sizeBytes) return { done: true };
          try {
            const answer = await this.#open('GET', job, part, {
              signal,
              headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
            });
            if (answer.statusCode !== (offset === 0 ? 200 : 206)) {
              const { reason, mayRetry } = readRefusal(answer.statusCode, await answer.body.text());
              return mayRetry ? { broken: reason, moved: false } : { fatal: reason };
            }
            for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
              if (offset + chunk.length > target.sizeBytes)
                return { fatal: `more than ${target.sizeBytes} bytes came` };
              await writeAll(file, chunk, offset);
              offset += chunk.length;
            }
          } catch (error) {
            signal.throwIfAborted();
            if (isDiskError(error)) return { fatal: (error as Error).message };
            return { broken: (error as Error).message, moved: offset > before };
          }
          return offset === target.sizeBytes
            ? { done: true }
            : { broken: `only ${offset} bytes came`, moved: offset > before };
        },
        (reason) => new ByocError('DOWNLOAD_FAILED', { part, orchestrator: this.#url, reason }),
      );
    } finally {
      await file.close();
    }
  }

  /** Says that the job's files are no longer wanted. Never fails: the retention time does it too. */
  async discard(job: JobAccess): Promise<void> {
    const signal = AbortSignal.timeout(5_000);
    await this.#request('DELETE', job, undefined, { signal }).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #open(method: Method, job: JobAccess, part: string | undefined, options: CallOptions) {
    const authorization = `Bearer ${Buffer.from(job.jobSecret).toString('base64url')}`;
    return request(`${this.#base}${job.jobId}${part === undefined ? '' : `/parts/${part}`}`, {
      method,
      dispatcher: this.#agent,
      signal: options.signal,
      headers: { ...options.headers, authorization },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
  }

  async #request(method: Method, job: JobAccess, part: string | undefined, options: CallOptions) {
    const { statusCode, headers, body } = await this.#open(method, job, part, options);
    return { statusCode, headers, text: await body.text() };
  }

  /** Tries until it is done, fatal, or broken too often in a row without progress. */
  async #retry(
    signal: AbortSignal,
    attempt: (first: boolean) => Promise<{ done: true } | { fatal: string } | { broken: string; moved: boolean }>,
    failure: (reason: string) => ByocError,
  ): Promise<void> {
    let tries = 0;
    for (let first = true; ; first = false) {
      signal.throwIfAborted();
      const outcome = await attempt(first).catch((error: unknown) => {
        signal.throwIfAborted();
        return { broken: (error as Error).message, moved: false };
      });
      if ('done' in outcome) return;
      if ('fatal' in outcome) throw failure(outcome.fatal);
      tries = outcome.moved ? 1 : tries + 1;
      if (tries >= TRIES_MAX) throw failure(outcome.broken);
      await this.#clock.sleep(backoffDelayMs(tries, this.#random), { signal });
    }
  }
}

/** Reads what an orchestrator says against a request. Its text is data: it is cut, and need not be JSON. */
function readRefusal(statusCode: number, text: string): { reason: string; mayRetry: boolean } {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; recovery: string } };
    const reason = `${error.code}, ${error.message}`.slice(0, 300).replace(/\.$/, '');
    return { reason, mayRetry: error.recovery === 'retry-same' };
  } catch {
    return { reason: `HTTP ${statusCode}`, mayRetry: statusCode >= 500 };
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < chunk.length)
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
}

function isDiskError(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}
