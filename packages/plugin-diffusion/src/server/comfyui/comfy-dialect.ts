import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from '@byoc/core';
import type { UpstreamClient } from '@byoc/core/upstream';
import { imageServerFailures } from '../image-server-failures.ts';
import type {
  MakeOptions,
  PictureAsk,
  ServerDialect,
  ServerFacts,
  ServerPicture,
  ServerProgress,
} from '../server-dialect.ts';
import type { ResolvedServerOptions } from '../server-options.ts';
import { ServerWatch } from '../watch-server.ts';
import {
  type ComfyFile,
  placeInQueue,
  readComfyChoices,
  readComfyHistory,
  readComfyVersion,
  readPromptId,
  readUploadedName,
} from './comfy-answer.ts';
import { ComfySocket } from './comfy-socket.ts';
import { type ComfyChoice, type ComfyWorkflow, samplersOf, type UploadedFiles } from './comfy-workflow.ts';

/** A stop that is not answered is left at that. */
const STOP_MS = 5_000;

export interface ComfyDialectOptions extends ResolvedServerOptions {
  readonly workflow: ComfyWorkflow;
  readonly log: Logger;
}

/** Asks ComfyUI, with the graphs of a workflow. */
export function createComfyDialect(client: UpstreamClient, options: ComfyDialectOptions): ServerDialect {
  return new ComfyDialect(client, options);
}

class ComfyDialect implements ServerDialect {
  readonly kind = 'comfyui';
  readonly takes;
  readonly takesSource;
  readonly takesMask;
  readonly #client: UpstreamClient;
  readonly #options: ComfyDialectOptions;

  constructor(client: UpstreamClient, options: ComfyDialectOptions) {
    this.#client = client;
    this.#options = options;
    const { takes, takesSource, takesMask } = options.workflow;
    this.takes = takes;
    this.takesSource = takesSource;
    this.takesMask = takesMask;
  }

  async describe(signal: AbortSignal): Promise<ServerFacts> {
    const { choices, defaults, name } = this.#options.workflow;
    const get = (path: string) => this.#client.json('GET', path, undefined, { signal });
    const version = readComfyVersion(await get('/system_stats'));
    if (version === undefined) throw imageServerFailures.garbled('statistics that are none');
    const list = async (choice: ComfyChoice | undefined) =>
      choice && readComfyChoices(await get(`/object_info/${encodeURIComponent(choice.node)}`), choice);
    const models = choices.model === undefined ? [name] : ((await list(choices.model)) ?? []);
    return {
      ...{ version, defaults, models: models.map((model) => ({ name: model, digest: undefined })) },
      samplers: await list(choices.scheduler),
      schedules: await list(choices.schedule),
      loras: (await list(choices.lora)) ?? [],
    };
  }

  async *make(ask: PictureAsk, { signal }: MakeOptions): AsyncGenerator<ServerProgress, ServerPicture, undefined> {
    const { firstAnswerMs, silenceMs, pollMs, workflow, headers, log } = this.#options;
    const watch = new ServerWatch(signal, { withinMs: firstAnswerMs });
    const call = { signal: watch.signal, repeat: 'refused' as const };
    const client_id = randomUUID();
    const url = `${this.#client.baseUrl.replace(/^http/, 'ws')}/ws?clientId=${client_id}`;
    const socket = await ComfySocket.open(url, { headers, signal: watch.signal, log });
    // Newer ones take an id that they are given: a job can be stopped before it is known that it was taken.
    let prompt: string = randomUUID();
    let isOver = false;
    try {
      const nodes = workflow.build(ask, await this.#upload(ask, watch.signal));
      const samplers = samplersOf(nodes);
      prompt = readPromptId(
        await this.#client.json('POST', '/prompt', { prompt: nodes, prompt_id: prompt, client_id }, call),
      );
      for (let last = 0; ; ) {
        const isHeard = await socket.listen(pollMs, watch.signal);
        const news = socket.news(prompt, samplers);
        if (news.step > last) {
          last = news.step;
          watch.moved(silenceMs);
          yield news;
        }
        if (isHeard && !news.isEnded) continue;
        const file = await this.#look(prompt, watch.signal);
        if (file === undefined) continue;
        isOver = true;
        const { filename, subfolder, type } = file;
        const query = new URLSearchParams({ filename, subfolder, type });
        const encoded = await this.#client.bytes(`/view?${query}`, { signal: watch.signal });
        return { encoded: new Uint8Array(encoded), seed: undefined, isCached: news.isCached };
      }
    } finally {
      watch.end();
      socket.close();
      await this.#forget(prompt, isOver);
    }
  }

  /** The picture, where it is done. @throws ImageFailure where it failed, or the server knows nothing of it any more */
  async #look(prompt: string, signal: AbortSignal): Promise<ComfyFile | undefined> {
    const { pictureNode } = this.#options.workflow;
    const call = { signal };
    const history = async () => {
      const answer = await this.#client.json('GET', `/history/${prompt}`, undefined, call);
      return readComfyHistory(answer, prompt, pictureNode);
    };
    const file = await history();
    if (file !== undefined) return file;
    const place = placeInQueue(await this.#client.json('GET', '/queue', undefined, call), prompt);
    if (place !== 'gone') return undefined;
    // It may have ended in between.
    const ended = await history();
    if (ended === undefined) throw imageServerFailures.cut('it knows nothing of the job any more');
    return ended;
  }

  async #upload({ source }: PictureAsk, signal: AbortSignal): Promise<UploadedFiles> {
    const send = async (file: Uint8Array | undefined) => {
      if (file === undefined) return undefined;
      // Two jobs at once must not give each other their pictures.
      const name = `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.png`;
      const fields = {
        type: 'input',
        subfolder: 'byoc',
        overwrite: 'true',
        image: { name, type: 'image/png', bytes: file },
      };
      return readUploadedName(await this.#client.form('/upload/image', fields, { signal }));
    };
    return { image: await send(source?.image), mask: await send(source?.mask) };
  }

  /** Takes a job out of the queue, or stops it, and has its prompt forgotten. */
  async #forget(prompt: string, isOver: boolean): Promise<void> {
    const call = { signal: AbortSignal.timeout(STOP_MS), repeat: 'refused' as const };
    // What they answer is empty, which is no JSON.
    const post = (path: string, body: object) => this.#client.json('POST', path, body, call).catch(() => {});
    if (!isOver) {
      await post('/queue', { delete: [prompt] });
      const queue = await this.#client.json('GET', '/queue', undefined, call).catch(() => undefined);
      // Before 2025 it stopped whatever ran, so it is asked only for this job.
      if (queue !== undefined && placeInQueue(queue, prompt) === 'running')
        await post('/interrupt', { prompt_id: prompt });
    }
    await post('/history', { delete: [prompt] });
  }
}
