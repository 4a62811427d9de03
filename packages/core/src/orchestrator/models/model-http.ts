import type { Readable } from 'node:stream';
import { EnvHttpProxyAgent, request } from 'undici';
import type { HubSettings } from './hub-settings.ts';

const REDIRECTS_MAX = 8;
/** Quick to say that there is no network. */
const CONNECT_MS = 5000;
/** A server that sends nothing for so long has broken off. */
const SILENCE_MS = 60_000;

/** What a server answered. The body is to be read or destroyed. */
export interface ModelAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** Gets addresses of models, through the proxy of the environment (HTTPS_PROXY, NO_PROXY) where there is one. */
export interface ModelHttp {
  get(url: string, options: { headers?: Record<string, string>; signal: AbortSignal }): Promise<ModelAnswer>;
  close(): Promise<void>;
}

/** A redirect that is not followed. */
export class RedirectRefused extends Error {}

/** Makes a client that shows the hub's token to the hub alone, wherever it redirects to. */
export function createModelHttp({ endpoint, token }: HubSettings): ModelHttp {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: CONNECT_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });
  const hub = new URL(endpoint).origin;

  async function get(
    url: URL,
    options: { headers?: Record<string, string>; signal: AbortSignal },
    redirects: number,
  ): Promise<ModelAnswer> {
    const authorization = token !== undefined && url.origin === hub ? { authorization: `Bearer ${token}` } : {};
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: options.signal,
      headers: { 'user-agent': 'byoc', 'accept-encoding': 'identity', ...options.headers, ...authorization },
    });
    const location = headers['location'];
    if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== 'string')
      return { status: statusCode, headers, body };
    await body.dump({ limit: 65_536, signal: options.signal });
    const next = new URL(location, url);
    if (redirects >= REDIRECTS_MAX) throw new RedirectRefused(`it redirects more than ${REDIRECTS_MAX} times`);
    if (next.protocol !== 'https:' && next.protocol !== url.protocol)
      throw new RedirectRefused(`it redirects to \`${next.protocol}\``);
    return get(next, options, redirects + 1);
  }

  return {
    get: (url, options) => get(new URL(url), options, 0),
    close: () => dispatcher.destroy(),
  };
}
