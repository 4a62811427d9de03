import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Draughtsman, DrawnAsk } from './draughtsman.ts';

/** A job as a server runs it. */
export interface ServedJob {
  readonly ask: DrawnAsk;
  readonly id: string;
  step: number;
  /** Of so many. */
  steps: number;
  isStopped: boolean;
}

/** What a test says a server does. */
export interface Behaviour {
  /** Awaited after each step. */
  onStep: (job: ServedJob) => Promise<void> | void;
  /** What it says of its progress. @default the truth */
  claim: (job: ServedJob) => { readonly step: number; readonly steps: number };
  /** Answers instead of it, to a path. */
  answer: ((path: string, response: ServerResponse, request: IncomingMessage) => boolean) | undefined;
  /** What it gives instead of a picture that it draws. */
  instead: (() => Promise<Uint8Array> | Uint8Array) | undefined;
}

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A server that speaks like one of the kinds, really draws, and fails as a test says. */
export interface ImageServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** What was asked for, in order. */
  readonly asked: Asked[];
  readonly behaviour: Behaviour;
  readonly server: Server;
}

/** What a kind of server answers; undefined for a path that it does not have. */
export type Routes = (
  asked: Asked,
  server: ImageServer,
  draughtsman: Draughtsman,
) => Promise<object | Uint8Array | undefined> | undefined;

const truth = (): Behaviour => ({
  onStep: () => {},
  claim: ({ step, steps }) => ({ step, steps }),
  answer: undefined,
  instead: undefined,
});

/** Starts one on a free port. `upgrade` takes its WebSockets. */
export async function startImageServer(
  routes: Routes,
  draughtsman: Draughtsman,
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<ImageServer> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (it.behaviour.answer?.(path, response, request)) return;
    const asked = { method: request.method ?? '', path, body: await readBody(request) };
    it.asked.push(asked);
    try {
      const answer = await routes(asked, it, draughtsman);
      if (answer === undefined) return void response.writeHead(404).end('{"detail":"Not Found"}');
      if (answer instanceof Uint8Array) return void response.end(answer);
      response.writeHead('status' in answer ? Number(answer.status) : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify('body' in answer ? answer.body : answer));
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ error: String(error) }));
    }
  });
  if (upgrade !== undefined) server.on('upgrade', upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: ImageServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ asked: [], behaviour: truth(), server },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return it;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const fields = [...form].map(async ([name, value]) => [
    name,
    typeof value === 'string' ? value : { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) },
  ]);
  return Object.fromEntries(await Promise.all(fields));
}
