import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server of the stand-in was asked. */
export interface HubRequest {
  readonly at: 'hub' | 'store';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A stand-in for the Hugging Face hub and the store of large files that it redirects to, which is another origin. */
export interface Hub extends AsyncDisposable {
  readonly endpoint: string;
  /** The address of the store: any file of any repository by its path, without the hub. */
  readonly store: string;
  readonly requests: HubRequest[];
  /** `owner/name` → path → content. Its one commit is `COMMIT`. */
  readonly repositories: Map<string, Map<string, Buffer>>;
  /** Answers of the store that take the place of the right ones, in order; one that returns false lets the right one be given. */
  readonly faults: ((request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean)[];
  /** Changes what the API says. */
  lie: ((siblings: object[]) => object[]) | undefined;
  /** Repositories that need this token. */
  readonly gated: Map<string, string>;
}

/** The commit that every revision means. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

export async function startHub(): Promise<Hub> {
  const requests: HubRequest[] = [];
  const repositories: Hub['repositories'] = new Map();
  const faults: Hub['faults'] = [];
  const gated = new Map<string, string>();
  const note = (at: HubRequest['at'], { url = '', headers }: IncomingMessage) =>
    requests.push({ at, path: url, range: headers.range, authorization: headers.authorization });

  const storeServer = await listen((request, response) => {
    note('store', request);
    const content = find(repositories, request.url ?? '');
    if (content === undefined) return void response.writeHead(404).end();
    if (faults.shift()?.(request, response, content)) return;
    const etag = `"${sha256(content)}"`;
    const { range, 'if-range': ifRange } = request.headers;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const size = content.length;
    if (from > 0 && from >= size)
      return void response.writeHead(416, { 'content-range': `bytes */${size}`, etag }).end();
    const resumed = from > 0 && (ifRange === undefined || ifRange === etag);
    const part = resumed ? content.subarray(from) : content;
    const contentRange = resumed ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {};
    response.writeHead(resumed ? 206 : 200, { 'content-length': part.length, etag, ...contentRange });
    response.end(part);
  });
  const store = addressOf(storeServer);

  const hub: Hub = {
    ...{ endpoint: '', store, requests, repositories, faults, gated, lie: undefined },
    async [Symbol.asyncDispose]() {
      for (const server of [hubServer, storeServer]) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    },
  };
  const hubServer = await listen((request, response) => {
    note('hub', request);
    const path = new URL(request.url ?? '', 'http://hub').pathname;
    const [, repository = ''] = /^\/(?:api\/models\/)?([^/]+\/[^/]+)\//.exec(path) ?? [];
    const files = repositories.get(repository);
    const token = gated.get(repository);
    const hubError = (status: number, code: string, message: string) =>
      void response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end();
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return hubError(401, 'GatedRepo', `Access to model ${repository} is restricted.`);
    // As the hub does, so that nobody learns which private repositories there are.
    if (files === undefined) return hubError(401, 'RepoNotFound', 'Invalid username or password.');
    if (path.startsWith('/api/models/')) {
      const siblings = [...files].map(([rfilename, content]) => ({
        ...{ rfilename, size: content.length },
        ...(/\.(gguf|onnx|onnx_data)$/.test(rfilename)
          ? { blobId: 'of-its-pointer', lfs: { sha256: sha256(content), size: content.length, pointerSize: 130 } }
          : { blobId: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex') }),
      }));
      const answer = { id: repository, sha: COMMIT, siblings: hub.lie?.(siblings) ?? siblings };
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }
    const file = path.slice(`/${repository}/resolve/${COMMIT}/`.length);
    response.writeHead(302, { location: `${store}/${repository}/${file}` }).end();
  });
  return Object.assign(hub, { endpoint: addressOf(hubServer) });
}

function find(repositories: Hub['repositories'], url: string): Buffer | undefined {
  const [, repository = '', path = ''] = /^\/([^/]+\/[^/]+)\/([^?]+)/.exec(decodeURI(url)) ?? [];
  return repositories.get(repository)?.get(path);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
