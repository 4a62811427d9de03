import { setTimeout as sleep } from 'node:timers/promises';
import type { UpstreamClient } from '@byoc/core/upstream';
import { ImageFailure } from '../../model/image-failure.ts';
import type {
  MakeOptions,
  PictureAsk,
  ServerDialect,
  ServerFacts,
  ServerPicture,
  ServerProgress,
  UpscaleAsk,
} from '../server-dialect.ts';
import type { ResolvedServerOptions } from '../server-options.ts';
import { ServerWatch } from '../watch-server.ts';
import {
  type A1111Progress,
  readA1111Models,
  readA1111Picture,
  readA1111Progress,
  readA1111Upscaled,
  readA1111Upscalers,
  readNames,
} from './a1111-answer.ts';
import { toA1111Request, toA1111Upscale } from './a1111-request.ts';

/** An interrupt that is not answered is left at that. */
const INTERRUPT_MS = 5_000;

/** Asks A1111, SD.Next, Forge, and what else has `/sdapi/v1`. */
export function createA1111Dialect(client: UpstreamClient, options: ResolvedServerOptions): ServerDialect {
  return new A1111Dialect(client, options);
}

class A1111Dialect implements ServerDialect {
  readonly kind = 'a1111';
  readonly takes = new Set([
    'negativePrompt',
    'steps',
    'guidance',
    'seed',
    'scheduler',
    'loras',
    'strength',
    'size',
  ] as const);
  readonly takesSource = true;
  readonly takesMask = true;
  readonly #client: UpstreamClient;
  readonly #options: ResolvedServerOptions;

  constructor(client: UpstreamClient, options: ResolvedServerOptions) {
    this.#client = client;
    this.#options = options;
  }

  async describe(signal: AbortSignal): Promise<ServerFacts> {
    const get = (name: string) => this.#client.json('GET', `/sdapi/v1/${name}`, undefined, { signal });
    // Older ones, and those that only speak like A1111, lack some of these.
    const maybe = (name: string) => get(name).catch(() => signal.throwIfAborted());
    const models = readA1111Models(await get('sd-models'), await maybe('options'));
    return {
      ...{ version: 'unknown', models, defaults: {} },
      samplers: readNames(await maybe('samplers')),
      schedules: readNames(await maybe('schedulers')),
      loras: readNames(await maybe('loras')) ?? [],
      upscalers: readA1111Upscalers(await maybe('upscalers')),
    };
  }

  async *make(
    ask: PictureAsk,
    { signal, wantsPreviews }: MakeOptions,
  ): AsyncGenerator<ServerProgress, ServerPicture, undefined> {
    const { firstAnswerMs, silenceMs, pollMs } = this.#options;
    const { path, body } = toA1111Request(ask);
    const watch = new ServerWatch(signal, { withinMs: firstAnswerMs });
    const call = { signal: watch.signal, firstAnswerMs: 0, repeat: 'refused' as const };
    const look = () => this.#look(watch.signal, wantsPreviews);
    // Someone else's job may run there still: its steps are not this one's.
    const before = (await look())?.job;
    if (watch.signal.aborted) watch.end();
    watch.signal.throwIfAborted();
    const answered = this.#client.json('POST', path, body, call).then((answer) => ({ answer }));
    let last = 0;
    let isOver = false;
    try {
      for (;;) {
        const paused = sleep(pollMs, undefined, { signal: watch.signal }).then(look);
        const next = await Promise.race([
          answered,
          paused.then(
            (progress) => ({ progress }),
            () => answered,
          ),
        ]);
        if ('answer' in next) {
          isOver = true;
          return readA1111Picture(next.answer);
        }
        const { progress } = next;
        if (progress === undefined || progress.job === before) continue;
        if (progress.step > last) {
          last = progress.step;
          watch.moved(silenceMs);
        }
        yield progress;
      }
    } catch (error) {
      isOver ||= hasEnded(error);
      throw error;
    } finally {
      answered.catch(() => {});
      watch.end();
      if (!isOver) await this.#interrupt();
    }
  }

  async upscale(ask: UpscaleAsk, signal: AbortSignal): Promise<Uint8Array> {
    // It tells no progress: the whole of its time is that of its first answer.
    const call = { signal, repeat: 'refused' as const };
    try {
      return readA1111Upscaled(
        await this.#client.json('POST', '/sdapi/v1/extra-single-image', toA1111Upscale(ask), call),
      );
    } catch (error) {
      if (!hasEnded(error)) await this.#interrupt();
      throw error;
    }
  }

  /** How far it is with whatever it does now. One that does not say it still makes pictures. */
  async #look(signal: AbortSignal, wantsPreviews: boolean): Promise<A1111Progress | undefined> {
    const path = `/sdapi/v1/progress?skip_current_image=${!wantsPreviews}`;
    return readA1111Progress(await this.#client.json('GET', path, undefined, { signal }).catch(() => undefined));
  }

  /** A closed request does not stop it. */
  async #interrupt(): Promise<void> {
    const call = { signal: AbortSignal.timeout(INTERRUPT_MS), repeat: 'refused' as const };
    await this.#client.json('POST', '/sdapi/v1/interrupt', {}, call).catch(() => {});
  }
}

/** Whether the server has said that it does not work for this job; it may for another. */
function hasEnded(error: unknown): boolean {
  return error instanceof ImageFailure && !['server-hangs', 'server-cut-off'].includes(error.reason);
}
