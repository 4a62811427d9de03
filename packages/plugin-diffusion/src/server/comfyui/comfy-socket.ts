import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@byoc/core';
import { readComfyMessage } from './comfy-message.ts';

/** A server that does not open one within so long is asked without it. */
const OPEN_MS = 5_000;

/** What a socket has heard of one job. */
export interface ComfyNews {
  /** Of all of its samplers together. */
  readonly step: number;
  readonly steps: number | undefined;
  readonly preview: Uint8Array | undefined;
  /** The server says that it is over. */
  readonly isEnded: boolean;
  /** Every node that runs the network had its result still. */
  readonly isCached: boolean;
}

interface Heard {
  /** By node. */
  readonly progress: Map<string, { readonly value: number; readonly max: number }>;
  readonly cached: Set<string>;
  isEnded: boolean;
}

/** Listens to ComfyUI's WebSocket. What it tells is progress; whether a job is done, its history says: so a socket that drops costs no job. */
export class ComfySocket {
  readonly #socket: WebSocket;
  /** By job: it may tell of one before it has answered that it took it. */
  readonly #heard = new Map<string, Heard>();
  #preview: Uint8Array | undefined;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => this.#take(data as string | ArrayBuffer));
  }

  /** Opens one. Where that fails, there is no progress. */
  static async open(
    url: string,
    { headers, signal, log }: { headers: Readonly<Record<string, string>>; signal: AbortSignal; log: Logger },
  ): Promise<ComfySocket> {
    const socket = new WebSocket(url, { headers: { ...headers } });
    const it = new ComfySocket(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const event of ['open', 'error', 'close']) socket.addEventListener(event, () => resolve());
    const ended = new AbortController();
    const late = sleep(OPEN_MS, undefined, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => {});
    await Promise.race([promise, late]);
    ended.abort();
    if (socket.readyState !== WebSocket.OPEN) log.warn({ url }, 'server-progress-missing');
    return it;
  }

  /** Waits until something is heard, at most so long. @returns whether something was */
  async listen(withinMs: number, signal: AbortSignal): Promise<boolean> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(withinMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => {});
    this.#wake = () => {};
    signal.throwIfAborted();
    return woken.signal.aborted;
  }

  /** What was heard of a job so far, whose network is run by the nodes `samplers`. */
  news(prompt: string, samplers: ReadonlySet<string>): ComfyNews {
    const { progress, cached, isEnded } = this.#of(prompt);
    const counted = [...progress].flatMap(([node, one]) => (samplers.has(node) ? [one] : []));
    const sum = (of: 'value' | 'max') => counted.reduce((total, one) => total + one[of], 0);
    return {
      step: sum('value'),
      steps: counted.length === 0 ? undefined : sum('max'),
      preview: this.#preview,
      isEnded,
      isCached: samplers.size > 0 && [...samplers].every((node) => cached.has(node)),
    };
  }

  close(): void {
    this.#socket.close();
  }

  #of(prompt: string): Heard {
    const known = this.#heard.get(prompt);
    if (known !== undefined) return known;
    const heard: Heard = { progress: new Map(), cached: new Set(), isEnded: false };
    this.#heard.set(prompt, heard);
    return heard;
  }

  #take(data: string | ArrayBuffer): void {
    const message = readComfyMessage(data);
    if (message === undefined) return;
    switch (message.type) {
      case 'preview':
        this.#preview = message.file;
        break;
      case 'progress':
        this.#of(message.prompt).progress.set(message.node, message);
        break;
      case 'cached':
        for (const node of message.nodes) this.#of(message.prompt).cached.add(node);
        break;
      case 'ended':
        this.#of(message.prompt).isEnded = true;
        break;
    }
    this.#wake();
  }
}
