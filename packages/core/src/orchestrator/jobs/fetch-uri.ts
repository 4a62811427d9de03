import { lookup } from 'node:dns';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { privateRangeOf } from './public-address.ts';

const REDIRECTS_MAX = 5;

/** Fetches addresses named in inputs. */
export interface UriFetcher {
  /** Writes what the address answers to `file`. Throws URI_* errors; the file is the caller's to remove then. */
  fetch(
    uri: string,
    options: { file: string; limitBytes: number; signal: AbortSignal },
  ): Promise<{ sizeBytes: number; mediaType: string }>;
  close(): Promise<void>;
}

/**
 * Creates a fetcher that reaches public addresses only. The check is made on the addresses that the connection really uses,
 * for every redirect again, so that neither a name nor a redirect leads inside.
 */
export function createUriFetcher(options: { timeoutMs: number; allowPrivateAddresses: boolean }): UriFetcher {
  const check = (uri: string, address: string) => {
    const range = options.allowPrivateAddresses ? undefined : privateRangeOf(address);
    if (range !== undefined) throw new ByocError('URI_ADDRESS_REFUSED', { uri, address, range });
  };
  const agent = new Agent({
    connect: {
      timeout: 10_000,
      lookup(hostname, lookupOptions, callback) {
        lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
          if (error) return callback(error, []);
          try {
            for (const { address } of addresses) check(hostname, address);
          } catch (refused) {
            return callback(refused as Error, []);
          }
          callback(null, addresses);
        });
      },
    },
  });

  async function get(uri: string, signal: AbortSignal, redirects = 0): Promise<Awaited<ReturnType<typeof request>>> {
    const url = parse(uri);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // Literal addresses are not looked up.
    if (/^[\d.]+$/.test(host) || host.includes(':')) check(uri, host);
    const response = await request(url, { dispatcher: agent, signal, headers: { 'accept-encoding': 'identity' } });
    const location = response.headers['location'];
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === 'string') {
      await response.body.dump({ limit: 65_536, signal });
      if (redirects >= REDIRECTS_MAX)
        throw new ByocError('URI_FETCH_FAILED', { uri, reason: `it redirects more than ${REDIRECTS_MAX} times` });
      return get(new URL(location, url).href, signal, redirects + 1);
    }
    if (response.statusCode !== 200) {
      await response.body.dump({ limit: 65_536, signal });
      const recovery = response.statusCode >= 500 ? { recovery: 'retry-same' as const } : {};
      throw new ByocError('URI_FETCH_FAILED', { uri, reason: `it answered ${response.statusCode}`, ...recovery });
    }
    return response;
  }

  return {
    async fetch(uri, { file, limitBytes, signal }) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const either = AbortSignal.any([signal, timeout]);
      try {
        const { headers, body } = await get(uri, either);
        if (Number(headers['content-length'] ?? 0) > limitBytes) {
          body.destroy();
          throw new ByocError('URI_TOO_LARGE', { uri, limitBytes });
        }
        let sizeBytes = 0;
        const measure = async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            sizeBytes += chunk.length;
            if (sizeBytes > limitBytes) throw new ByocError('URI_TOO_LARGE', { uri, limitBytes });
            yield chunk;
          }
        };
        await pipeline(body, measure, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal: either });
        const mediaType = headers['content-type'];
        return { sizeBytes, mediaType: typeof mediaType === 'string' ? mediaType.slice(0, 200) : '' };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (timeout.aborted) throw new ByocError('URI_TIMEOUT', { uri, timeoutMs: options.timeoutMs });
        if (isByocError(error)) throw error;
        const { code, message } = error as NodeJS.ErrnoException;
        // The session says which job has no room.
        if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
        throw new ByocError('URI_FETCH_FAILED', { uri, reason: code ?? message }, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

function parse(uri: string): URL {
  const refuse = (reason: string) => new ByocError('URI_INVALID', { uri: uri.slice(0, 500), reason });
  if (!URL.canParse(uri)) throw refuse('it is no address');
  const url = new URL(uri);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse(`${url.protocol} is not fetched`);
  if (url.username !== '' || url.password !== '') throw refuse('it holds a user name');
  return url;
}
