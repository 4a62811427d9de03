import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request for a chat. */
export type ChatScript = (
  response: ServerResponse,
  body: Record<string, unknown>,
  request: IncomingMessage,
) => void | Promise<void>;

/** An OpenAI-compatible server that does what a test says, faults included. */
export interface ModelServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Bodies of the requests for chats, in order. */
  readonly asked: Record<string, unknown>[];
  /** What answers each request for a chat, in turn; the last goes on. */
  script: ChatScript[];
  models: object[];
}

/** A line of server-sent events. */
export const event = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
/** A piece of an answer. */
export const piece = (content: string) => event({ model: 'm', choices: [{ index: 0, delta: { content } }] });
/** The end of an answer, and its usage. */
export const ending = (finish_reason = 'stop', usage: unknown = { prompt_tokens: 5, completion_tokens: 2 }) =>
  event({ choices: [{ index: 0, delta: {}, finish_reason }] }) + event({ choices: [], usage }) + event('[DONE]');

/** Sends a text as server-sent events. */
export function sse(text: string): ChatScript {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(text);
  };
}

/** Answers with a status and a text. */
export function status(code: number, text: string, headers: Record<string, string> = {}): ChatScript {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(text);
  };
}

/** Starts one on a free port. */
export async function startModelServer(): Promise<ModelServer> {
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    if (request.url === '/v1/models') return void response.end(JSON.stringify({ object: 'list', data: it.models }));
    if (request.url === '/v1/embeddings') {
      const { input } = JSON.parse(text) as { input: string[] };
      const data = input.map((one, index) => ({ index, embedding: [one.length, 1] })).reverse();
      return void response.end(JSON.stringify({ data, usage: { prompt_tokens: 4 } }));
    }
    if (request.url !== '/v1/chat/completions') return void response.writeHead(404).end('{}');
    const body = JSON.parse(text) as Record<string, unknown>;
    const script = it.script[Math.min(it.asked.length, it.script.length - 1)];
    it.asked.push(body);
    await script?.(response, body, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: ModelServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    script: [sse(piece('all') + piece(' well') + ending())],
    models: [{ id: 'm', object: 'model', owned_by: 'someone' }],
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return it;
}
