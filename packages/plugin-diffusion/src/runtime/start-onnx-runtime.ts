import { Worker } from 'node:worker_threads';
import { OnnxFailure, type OnnxRuntime, type OnnxSession } from './onnx-runtime.ts';
import type { Numbered, OrtAnswer, OrtRequest } from './ort-messages.ts';

/** How the runtime is started. */
export interface StartOnnxRuntimeOptions {
  /** Providers to try, best first. @default what this platform may have, then cpu */
  readonly providers?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts ONNX Runtime in a thread of its own, and takes the first provider that really computes something.
 *
 * @throws OnnxFailure when none does, or `onnxruntime-node` is not installed
 */
export async function startOnnxRuntime(options: StartOnnxRuntimeOptions = {}): Promise<OnnxRuntime> {
  const thread = new OrtThread();
  const passedOver: { provider: string; reason: string }[] = [];
  try {
    for (const provider of options.providers ?? defaultProviders(process.platform)) {
      options.signal?.throwIfAborted();
      try {
        const tested = await thread.ask({ type: 'test', provider }, 'tested');
        return {
          ...{ version: tested.version, provider, passedOver },
          open: (path, { threads = 0, bytes } = {}) => open(thread, { type: 'open', path, provider, threads, bytes }),
          close: () => thread.close(),
        };
      } catch (error) {
        passedOver.push({ provider, reason: firstLine(error) });
      }
    }
    throw new OnnxFailure(passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join('; '));
  } catch (error) {
    await thread.close();
    throw error;
  }
}

/** What may run here, best first. */
export function defaultProviders(platform: string): readonly string[] {
  if (platform === 'darwin') return ['coreml', 'cpu'];
  if (platform === 'win32') return ['cuda', 'dml', 'cpu'];
  return ['tensorrt', 'cuda', 'cpu'];
}

async function open(thread: OrtThread, request: Extract<OrtRequest, { type: 'open' }>): Promise<OnnxSession> {
  const { bytes } = request;
  const given = bytes === undefined ? [] : [bytes.model, ...bytes.files.map(({ data }) => data)];
  const buffers = given.map(({ buffer }) => buffer as ArrayBuffer);
  const { session, inputs, outputs } = await thread.ask(request, 'opened', buffers);
  return {
    ...{ inputs, outputs },
    async run(feeds, wanted) {
      const buffers = Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer);
      return (await thread.ask({ type: 'run', session, feeds, wanted }, 'ran', buffers)).outputs;
    },
    async close() {
      await thread.ask({ type: 'close', session }, 'done').catch(() => {});
    },
  };
}

/** Asks the thread and waits for the answer. */
class OrtThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { onAnswer: (answer: OrtAnswer) => void; onFailure: (error: Error) => void }>();
  readonly #running = new Set<Promise<OrtAnswer>>();
  #asked = 0;
  #ended: Error | undefined;

  constructor() {
    const source = import.meta.url.endsWith('.ts') ? './ort-thread.ts' : './ort-thread.js';
    this.#worker = new Worker(new URL(source, import.meta.url), { name: 'onnxruntime' });
    this.#worker.unref();
    this.#worker.on('message', ({ id, message }: Numbered<OrtAnswer>) => {
      this.#waiting.get(id)?.onAnswer(message);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) => this.#end(new Error(`the thread of ONNX Runtime ended with ${code}`)));
  }

  async ask<T extends OrtAnswer['type']>(
    message: OrtRequest,
    type: T,
    buffers: readonly ArrayBuffer[] = [],
  ): Promise<Extract<OrtAnswer, { type: T }>> {
    if (this.#ended !== undefined) throw new OnnxFailure(this.#ended.message);
    this.#asked += 1;
    const id = this.#asked;
    this.#worker.ref();
    const answering = new Promise<OrtAnswer>((onAnswer, onFailure) => {
      this.#waiting.set(id, { onAnswer, onFailure });
      this.#worker.postMessage({ id, message } satisfies Numbered<OrtRequest>, [...new Set(buffers)]);
    });
    this.#running.add(answering);
    const answer = await answering.finally(() => this.#running.delete(answering));
    if (answer.type === 'failed') throw new OnnxFailure(answer.message);
    if (answer.type !== type) throw new OnnxFailure(`it answered \`${answer.type}\``);
    return answer as Extract<OrtAnswer, { type: T }>;
  }

  /** Waits for what runs: a thread that is stopped within the runtime's own code takes the whole process with it. */
  async close(): Promise<void> {
    this.#ended ??= new Error('ONNX Runtime was closed');
    await Promise.allSettled(this.#running);
    await this.#worker.terminate();
  }

  #end(cause: Error): void {
    this.#ended ??= cause;
    for (const { onFailure } of this.#waiting.values()) onFailure(new OnnxFailure(cause.message, { cause }));
    this.#waiting.clear();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 300) ?? '';
}
