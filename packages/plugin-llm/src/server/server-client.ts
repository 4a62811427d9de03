import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, errors, request } from 'undici';
import { LlmFailure } from '../engine/llm-failure.ts';
import { serverFailures } from './server-failures.ts';
import type { ResolvedServerOptions } from './server-options.ts';

/** An error answer is read no further, bytes. */
const ERROR_BYTES_MAX = 64 * 1024;
/** A whole answer (models, vectors) is never larger, bytes. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;
const RETRY_MS = 250;
/** A server that asks for a longer pause than this is left to the caller. */
const RETRY_AFTER_MAX_MS = 10_000;

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Path below the base URL, for example `/models`; with `root: true` below its origin. */
  readonly root?: boolean | undefined;
}

/** Speaks HTTP with the model server. A request is tried again only while nothing of an answer has come. */
export class ServerClient {
  readonly #agent: Agent;
  readonly #options: ResolvedServerOptions;
  #baseUrl: string;

  constructor(baseUrl: string, options: ResolvedServerOptions) {
    this.#baseUrl = baseUrl;
    this.#options = options;
    this.#agent = new Agent({
      headersTimeout: options.firstAnswerMs,
      bodyTimeout: options.silenceMs,
      // No bound of its own: the plugin asks for as many jobs as there are slots.
      connections: null,
    });
  }

  get baseUrl(): string {
    return this.#baseUrl;
  }

  /** A whole JSON answer. @throws LlmFailure server-* */
  async json(method: 'GET' | 'POST', path: string, body: unknown, options: CallOptions): Promise<unknown> {
    const response = await this.#send(method, path, body, options);
    const text = await readText(response.body, BODY_BYTES_MAX, (error) => this.#lost(error, options.signal));
    try {
      return JSON.parse(text);
    } catch {
      throw serverFailures.garbled(`an answer that is no JSON, ${JSON.stringify(text.slice(0, 80))}`);
    }
  }

  /** The bytes of an answer of server-sent events, as they come. The request is closed when they are read no further. @throws LlmFailure server-* */
  async *stream(path: string, body: unknown, options: CallOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const response = await this.#send('POST', path, body, options);
    const type = String(response.headers['content-type'] ?? '');
    if (!type.startsWith('text/event-stream')) {
      response.body.destroy();
      throw serverFailures.garbled(
        `an answer of type ${JSON.stringify(type.slice(0, 80))} where a stream was asked for`,
      );
    }
    try {
      for await (const piece of response.body) yield piece as Uint8Array;
    } catch (error) {
      throw this.#lost(error, options.signal);
    } finally {
      response.body.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    { signal, root = false }: CallOptions,
  ): Promise<Dispatcher.ResponseData> {
    const url = root ? `${new URL(this.#baseUrl).origin}${path}` : `${this.#baseUrl}${path}`;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#try(url, { method, body, signal });
      if (!(failure instanceof Retryable)) return failure;
      const waitMs = failure.afterMs ?? RETRY_MS * 2 ** (attempt - 1);
      if (attempt >= this.#options.triesMax || waitMs > RETRY_AFTER_MAX_MS) throw failure.failure;
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #try(
    url: string,
    { method, body, signal }: { method: 'GET' | 'POST'; body: unknown; signal: AbortSignal },
  ): Promise<Dispatcher.ResponseData | Retryable> {
    let response: Dispatcher.ResponseData;
    try {
      response = await request(url, {
        method,
        signal,
        dispatcher: this.#agent,
        headers: { ...this.#options.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (error) {
      const failure = this.#lost(error, signal);
      // It got the request and took its time: another try would double its work.
      if (error instanceof errors.HeadersTimeoutError) throw failure;
      return new Retryable(failure, undefined);
    }
    // Read to its end or not: what goes wrong with it is told to who reads.
    response.body.on('error', () => {});
    const status = response.statusCode;
    if (status < 400) return response;
    const text = messageOf(await readText(response.body, ERROR_BYTES_MAX, (error) => this.#lost(error, signal)));
    if (status === 429 || status === 503) {
      const afterMs = retryAfterMs(response.headers['retry-after']);
      return new Retryable(
        status === 429 ? serverFailures.busy(afterMs) : serverFailures.broken(status, text),
        afterMs,
      );
    }
    if (status >= 500) return new Retryable(serverFailures.broken(status, text), undefined);
    // A wrong key, path or model name is the operator's, not the caller's.
    if (status === 401 || status === 403 || status === 404) throw serverFailures.broken(status, text);
    throw serverFailures.refused(status, text);
  }

  #lost(error: unknown, signal: AbortSignal): Error {
    if (signal.aborted) return signal.reason as Error;
    if (error instanceof LlmFailure) return error;
    const { firstAnswerMs, silenceMs } = this.#options;
    if (error instanceof errors.HeadersTimeoutError) return serverFailures.silent(firstAnswerMs, 'since it was asked');
    if (error instanceof errors.BodyTimeoutError)
      return serverFailures.silent(silenceMs, 'in the middle of its answer');
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === undefined ? message : code === 'ECONNREFUSED' ? 'nothing listens there' : code;
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
      return serverFailures.notThere(this.#baseUrl, why, error);
    return serverFailures.cut(why, error);
  }
}

/** What another try may mend. */
class Retryable {
  readonly failure: Error;
  /** The pause that the server asks for. */
  readonly afterMs: number | undefined;

  constructor(failure: Error, afterMs: number | undefined) {
    this.failure = failure;
    this.afterMs = afterMs;
  }
}

/** Seconds, or a date. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

async function readText(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  bytesMax: number,
  toFailure: (error: unknown) => Error,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > bytesMax) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw toFailure(error);
  } finally {
    body.destroy();
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** OpenAI's `error.message`, vLLM's `message`, or the text as it is. */
function messageOf(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } | string; message?: unknown };
    const found = typeof body.error === 'object' ? body.error?.message : (body.error ?? body.message);
    return typeof found === 'string' ? found : text;
  } catch {
    return text;
  }
}
