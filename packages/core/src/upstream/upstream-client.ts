import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, errors, FormData, request } from 'undici';
import { readErrorText } from './read-error-text.ts';
import type { UpstreamFailures } from './upstream-failures.ts';

/** An error answer is read no further, bytes. */
const ERROR_BYTES_MAX = 64 * 1024;
/** A whole answer (models, vectors, pictures) is never larger, bytes. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;
const RETRY_MS = 250;
/** A server that asks for a longer pause than this is left to the caller. */
const RETRY_AFTER_MAX_MS = 10_000;

/** How a worker speaks with its server. */
export interface UpstreamClientOptions {
  readonly failures: UpstreamFailures;
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long an answer may take to begin. */
  readonly firstAnswerMs: number;
  /** How long it may say nothing once an answer has begun. */
  readonly silenceMs: number;
  /** Tries of a request that was not answered at all. */
  readonly triesMax: number;
}

/** One request. */
export interface UpstreamCall {
  readonly signal: AbortSignal;
  /** The path is below the origin of the base URL, not below itself. @default false */
  readonly root?: boolean | undefined;
  /** How long this answer may take to begin; 0 for ever, where something else watches. @default the client's */
  readonly firstAnswerMs?: number | undefined;
  /**
   * When it is sent again: after a failure of the server too, or only where the server has not begun with it (no connection, 429, 503).
   *
   * @default 'failed'
   */
  readonly repeat?: 'failed' | 'refused' | undefined;
}

/** A file in a form. */
export interface UpstreamFile {
  readonly name: string;
  /** For example `image/png`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

type Sent = string | FormData | undefined;

/** Speaks HTTP with a server behind a worker. A request is tried again only while nothing of an answer has come. */
export class UpstreamClient {
  readonly #agent: Agent;
  readonly #options: UpstreamClientOptions;
  readonly #baseUrl: string;

  constructor(baseUrl: string, options: UpstreamClientOptions) {
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

  /** A whole JSON answer. @throws the failures' errors */
  async json(method: 'GET' | 'POST', path: string, body: unknown, call: UpstreamCall): Promise<unknown> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return this.#parse(await this.#send(method, path, sent, call), call.signal);
  }

  /** A whole JSON answer to a form with files. @throws the failures' errors */
  async form(
    path: string,
    fields: Readonly<Record<string, string | UpstreamFile>>,
    call: UpstreamCall,
  ): Promise<unknown> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([Uint8Array.from(value.bytes)], { type: value.type }), value.name);
    }
    return this.#parse(await this.#send('POST', path, form, call), call.signal);
  }

  /** A whole answer of any type. @throws the failures' errors */
  async bytes(path: string, call: UpstreamCall): Promise<Buffer> {
    const { body } = await this.#send('GET', path, undefined, call);
    return await this.#read(body, BODY_BYTES_MAX, call.signal);
  }

  /** The bytes of an answer of server-sent events, as they come. The request is closed when they are read no further. @throws the failures' errors */
  async *stream(path: string, body: unknown, call: UpstreamCall): AsyncGenerator<Uint8Array, void, undefined> {
    const response = await this.#send('POST', path, JSON.stringify(body), call);
    const type = String(response.headers['content-type'] ?? '');
    if (!type.startsWith('text/event-stream')) {
      response.body.destroy();
      throw this.#options.failures.garbled(
        `an answer of type ${JSON.stringify(type.slice(0, 80))} where a stream was asked for`,
      );
    }
    try {
      for await (const piece of response.body) yield piece as Uint8Array;
    } catch (error) {
      throw this.#lost(error, call.signal);
    } finally {
      response.body.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #parse(response: Dispatcher.ResponseData, signal: AbortSignal): Promise<unknown> {
    const text = (await this.#read(response.body, BODY_BYTES_MAX, signal)).toString('utf8');
    try {
      return JSON.parse(text);
    } catch {
      throw this.#options.failures.garbled(`an answer that is no JSON, ${JSON.stringify(text.slice(0, 80))}`);
    }
  }

  async #send(method: 'GET' | 'POST', path: string, body: Sent, call: UpstreamCall): Promise<Dispatcher.ResponseData> {
    const { signal, root = false } = call;
    const url = root ? `${new URL(this.#baseUrl).origin}${path}` : `${this.#baseUrl}${path}`;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#try(url, { method, body, call });
      if (!(failure instanceof Retryable)) return failure;
      const waitMs = failure.afterMs ?? RETRY_MS * 2 ** (attempt - 1);
      const isWorthIt = call.repeat !== 'refused' || failure.isUnbegun;
      if (!isWorthIt || attempt >= this.#options.triesMax || waitMs > RETRY_AFTER_MAX_MS) throw failure.failure;
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #try(
    url: string,
    { method, body, call }: { method: 'GET' | 'POST'; body: Sent; call: UpstreamCall },
  ): Promise<Dispatcher.ResponseData | Retryable> {
    const { signal } = call;
    const { failures, headers, firstAnswerMs } = this.#options;
    const headersTimeout = call.firstAnswerMs ?? firstAnswerMs;
    let response: Dispatcher.ResponseData;
    try {
      response = await request(url, {
        ...{ method, signal, headersTimeout, dispatcher: this.#agent },
        headers: { ...headers, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) },
        body: body ?? null,
      });
    } catch (error) {
      const failure = this.#lost(error, signal, headersTimeout);
      // It got the request and took its time: another try would double its work.
      if (error instanceof errors.HeadersTimeoutError) throw failure;
      return new Retryable(failure, { isUnbegun: isNotThere(error) });
    }
    // Read to its end or not: what goes wrong with it is told to who reads.
    response.body.on('error', () => {});
    const status = response.statusCode;
    if (status < 400) return response;
    const text = readErrorText((await this.#read(response.body, ERROR_BYTES_MAX, signal)).toString('utf8'));
    if (status === 429 || status === 503) {
      const afterMs = retryAfterMs(response.headers['retry-after']);
      const failure = status === 429 ? failures.busy(afterMs) : failures.broken(status, text);
      return new Retryable(failure, { afterMs, isUnbegun: true });
    }
    if (status >= 500) return new Retryable(failures.broken(status, text), { isUnbegun: false });
    // A wrong key, path or model name is the operator's, not the caller's.
    if (status === 401 || status === 403 || status === 404) throw failures.broken(status, text);
    throw failures.refused(status, text);
  }

  #lost(error: unknown, signal: AbortSignal, firstAnswerMs = this.#options.firstAnswerMs): Error {
    if (signal.aborted) return signal.reason as Error;
    const { silenceMs, failures } = this.#options;
    if (error instanceof errors.HeadersTimeoutError) return failures.silent(firstAnswerMs, 'since it was asked');
    if (error instanceof errors.BodyTimeoutError) return failures.silent(silenceMs, 'in the middle of its answer');
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === undefined ? message : code === 'ECONNREFUSED' ? 'nothing listens there' : code;
    return isNotThere(error) ? failures.notThere(this.#baseUrl, why, error) : failures.cut(why, error);
  }

  async #read(
    body: AsyncIterable<Uint8Array> & { destroy(): unknown },
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of body) {
        bytes += piece.length;
        if (bytes > bytesMax) break;
        pieces.push(piece);
      }
    } catch (error) {
      throw this.#lost(error, signal);
    } finally {
      body.destroy();
    }
    return Buffer.concat(pieces);
  }
}

/** What another try may mend. */
class Retryable {
  readonly failure: Error;
  /** The pause that the server asks for. */
  readonly afterMs: number | undefined;
  /** The server has done nothing for the request. */
  readonly isUnbegun: boolean;

  constructor(failure: Error, { afterMs, isUnbegun }: { afterMs?: number | undefined; isUnbegun: boolean }) {
    this.failure = failure;
    this.afterMs = afterMs;
    this.isUnbegun = isUnbegun;
  }
}

function isNotThere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code ?? '');
}

/** Seconds, or a date. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
