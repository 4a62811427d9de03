import { type IncomingMessage, request } from 'node:http';
import { resolve } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { type ErrorCode, errorCatalogue } from '../../errors/catalogue/index.ts';
import type { ModelSpec } from '../../manifest/model-spec.ts';
import type { WorkerResources } from '../../manifest/worker-resources.ts';
import { systemClock } from '../../primitives/clock.ts';
import type { PluginSource, RuntimeProgress } from '../../runtime/container-runtime.ts';
import type { GivenReceipt } from '../books/create-books.ts';
import type { Earnings, EarningsQuery } from '../books/earnings.ts';
import { adminSocketPath } from '../data-directory/socket-paths.ts';
import type { CreditChange, CreditView } from '../payment/credit-book.ts';
import type { PluginPrice } from '../plugin-host.ts';
import type { AdminStatus, JobView, PluginView } from './admin-views.ts';

/** Talks to the orchestrator of this machine. Errors are those of the orchestrator, with the same codes and facts. */
export interface AdminClient {
  status(): Promise<AdminStatus>;
  listJobs(): Promise<readonly JobView[]>;
  listPlugins(): Promise<readonly PluginView[]>;
  inspectPlugin(pluginId: string): Promise<PluginView>;
  /** Resolves when the plugin is ready. Aborting the signal cancels the install and leaves nothing of it. */
  installPlugin(
    source: PluginSource,
    options?: {
      price?: PluginPrice;
      /** For its workers. @default as before, else none */
      environment?: Readonly<Record<string, string>>;
      /** Models for its workers, over the manifest's. @default as before, else none */
      models?: readonly ModelSpec[];
      /** For each of its workers, over the manifest's. @default each as before, else the manifest's */
      resources?: WorkerResources;
      signal?: AbortSignal | undefined;
      onProgress?: (progress: RuntimeProgress) => void;
    },
  ): Promise<PluginView>;
  startPlugin(pluginId: string): Promise<PluginView>;
  /** Sets what a plugin is sold for from now on. */
  /** `price` null: the capability costs what the others do again. */
  setPrice(
    pluginId: string,
    change: { price: PluginPrice; capability?: string | undefined } | { price: null; capability: string },
  ): Promise<PluginView>;
  listCredit(): Promise<readonly CreditView[]>;
  /** Grants credit, or takes it back. Once for each id. */
  changeCredit(change: CreditChange): Promise<CreditView>;
  /** What was earned. */
  earnings(query: EarningsQuery): Promise<Earnings>;
  /** The receipts of what was sold. */
  receipts(options?: { signal?: AbortSignal | undefined }): AsyncIterable<GivenReceipt>;
  removePlugin(pluginId: string, options: { graceMs: number }): Promise<void>;
  pluginLogs(
    pluginId: string,
    options: { tail: number; follow?: boolean; signal?: AbortSignal | undefined },
  ): AsyncIterable<string>;
  /** Resolves when the orchestrator has ended. */
  stop(options: { graceMs: number }): Promise<void>;
}

interface Line {
  readonly progress?: RuntimeProgress;
  readonly plugin?: PluginView;
  readonly line?: string;
  readonly receipt?: GivenReceipt;
  readonly error?: { code: ErrorCode; facts: never; message: string };
}

/** Makes a client of the orchestrator that uses a data directory. @throws ByocError ORCHESTRATOR_NOT_RUNNING, at each call */
export function createAdminClient(options: { dataDirectory: string }): AdminClient {
  const path = resolve(options.dataDirectory);
  const socketPath = adminSocketPath(path);

  function send(method: 'GET' | 'POST', url: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((onResponse, onError) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const call = request({
        socketPath,
        method,
        path: url,
        // A kept connection could be one to an orchestrator that ended since.
        agent: false,
        ...(signal ? { signal } : {}),
        ...(payload ? { headers: { 'content-type': 'application/json' } } : {}),
      });
      call.once('response', onResponse);
      call.once('error', (error: NodeJS.ErrnoException) =>
        onError(signal?.aborted ? signal.reason : translate(error, path)),
      );
      call.end(payload);
    });
  }

  async function ask<T>(method: 'GET' | 'POST', url: string, body?: unknown): Promise<T> {
    const response = await send(method, url, body);
    let text = '';
    try {
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
    } catch (error) {
      throw translate(error as NodeJS.ErrnoException, path);
    }
    const answer = JSON.parse(text);
    if (response.statusCode !== 200) throw revive(answer, path);
    return answer as T;
  }

  async function* lines(
    method: 'GET' | 'POST',
    url: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Line> {
    const response = await send(method, url, body, signal);
    try {
      let rest = '';
      for await (const chunk of response.setEncoding('utf8')) {
        const texts = `${rest}${chunk}`.split('\n');
        rest = texts.pop() ?? '';
        for (const text of texts) yield readLine(text, path);
      }
      if (rest !== '') yield readLine(rest, path);
    } catch (error) {
      signal?.throwIfAborted();
      throw translate(error as NodeJS.ErrnoException, path);
    } finally {
      response.destroy();
    }
    signal?.throwIfAborted();
  }

  const plugin = (pluginId: string) => `/v1/plugins/${encodeURIComponent(pluginId)}`;
  return {
    status: () => ask('GET', '/v1/status'),
    listJobs: () => ask('GET', '/v1/jobs'),
    listPlugins: () => ask('GET', '/v1/plugins'),
    inspectPlugin: (pluginId) => ask('GET', plugin(pluginId)),
    setPrice: (pluginId, change) => ask('POST', `${plugin(pluginId)}/price`, change),
    listCredit: () => ask('GET', '/v1/credit'),
    changeCredit: (change) => ask('POST', '/v1/credit', change),
    earnings: ({ sinceMs, period }) => ask('GET', `/v1/earnings?sinceMs=${sinceMs}&period=${period}`),
    async *receipts({ signal } = {}) {
      for await (const { receipt } of lines('GET', '/v1/receipts', undefined, signal))
        if (receipt !== undefined) yield receipt;
    },
    startPlugin: (pluginId) => ask('POST', `${plugin(pluginId)}/start`, {}),
    async installPlugin(source, { signal, onProgress, ...wanted } = {}) {
      for await (const line of lines('POST', '/v1/plugins', { source, ...wanted }, signal)) {
        if (line.progress) onProgress?.(line.progress);
        if (line.plugin) return line.plugin;
      }
      throw new ByocError('ORCHESTRATOR_NOT_RUNNING', { path });
    },
    async removePlugin(pluginId, { graceMs }) {
      await ask('POST', `${plugin(pluginId)}/remove`, { graceMs });
    },
    async *pluginLogs(pluginId, { tail, follow = false, signal }) {
      for await (const { line } of lines(
        'GET',
        `${plugin(pluginId)}/logs?tail=${tail}&follow=${follow}`,
        undefined,
        signal,
      )) {
        if (line !== undefined) yield line;
      }
    },
    async stop({ graceMs }) {
      await ask('POST', '/v1/stop', { graceMs });
      // The socket is the last thing that an orchestrator closes.
      for (;;) {
        const gone = await ask('GET', '/v1/status').then(
          () => false,
          () => true,
        );
        if (gone) return;
        await systemClock.sleep(50);
      }
    },
  };
}

function translate(error: NodeJS.ErrnoException, path: string): unknown {
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new ByocError('ORCHESTRATOR_PERMISSION', { path }, { cause: error });
  const down = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'ENOTSOCK', 'EPIPE']);
  return down.has(error.code ?? '') ? new ByocError('ORCHESTRATOR_NOT_RUNNING', { path }, { cause: error }) : error;
}

function readLine(text: string, path: string): Line {
  const line = JSON.parse(text) as Line;
  if (line.error) throw revive(line, path);
  return line;
}

/** Makes the orchestrator's error again. One that is closing, or of another version, may answer in other words. */
function revive(
  answer: { error?: Line['error'] | string; statusCode?: number; message?: string },
  path: string,
): Error {
  const { error } = answer;
  if (typeof error === 'object' && error.code in errorCatalogue) return new ByocError(error.code, error.facts);
  if (answer.statusCode === 503) return new ByocError('ORCHESTRATOR_NOT_RUNNING', { path });
  const reason = (typeof error === 'object' ? error.message : answer.message) ?? 'it answered without a reason';
  return new ByocError('ADMIN_REQUEST_INVALID', { reason });
}
