import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@byoc/core';
import { freePort, SupervisedCommand, UpstreamClient } from '@byoc/core/upstream';
import { z } from 'zod';
import type {
  EngineChat,
  EngineChatEnd,
  EngineChatStep,
  EngineContext,
  EngineEmbed,
  EngineEmbedEnd,
  EngineModel,
  LlmEngine,
} from '../engine/llm-engine.ts';
import { AnswerSteps } from './answer-steps.ts';
import { parseChatChunk } from './chat-chunk.ts';
import { countPrompt } from './count-prompt.ts';
import { checkUsage } from './count-usage.ts';
import type { Dialect } from './dialect.ts';
import { listServerModels } from './list-server-models.ts';
import { readEventStream } from './read-event-stream.ts';
import { readPictures } from './read-pictures.ts';
import { serverFailures } from './server-failures.ts';
import { type ResolvedServerOptions, resolveServerOptions, type ServerEngineOptions } from './server-options.ts';
import { toChatRequest } from './to-chat-request.ts';

const SLOTS = 8;
const LOOK_MS = 250;

const embeddingsSchema = z.object({
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()) })),
  usage: z
    .object({ prompt_tokens: z.number().int().min(0) })
    .nullish()
    .catch(undefined),
});
const propsSchema = z.object({ total_slots: z.number().int().min(1) });

/**
 * Creates an engine in front of an OpenAI-compatible server: vLLM, SGLang, llama-server, Ollama, TGI, or another gateway.
 *
 * @example
 * createServerEngine({ command: ['vllm', 'serve', 'Qwen/Qwen3-4B', '--port', '{port}'] })
 * createServerEngine({ baseUrl: 'http://127.0.0.1:11434/v1' })
 */
export function createServerEngine(options: ServerEngineOptions): LlmEngine {
  return new ServerEngine(resolveServerOptions(options));
}

class ServerEngine implements LlmEngine {
  readonly #options: ResolvedServerOptions;
  #client: UpstreamClient | undefined;
  #process: SupervisedCommand | undefined;
  #models: readonly EngineModel[] = [];
  #dialect: Dialect = 'openai';
  #slots = SLOTS;
  #log: Logger | undefined;
  readonly #closing = new AbortController();

  constructor(options: ResolvedServerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#process === undefined ? `server at ${this.#client?.baseUrl}` : `server ${this.#process.command}`;
  }

  get slots(): number {
    return this.#slots;
  }

  async start({ log, signal, onChange }: EngineContext): Promise<void> {
    this.#log = log;
    const { command } = this.#options;
    const port = command === undefined ? 0 : await freePort();
    const withPort = (text: string) => text.replaceAll('{port}', String(port));
    const baseUrl = withPort(this.#options.baseUrl ?? 'http://127.0.0.1:{port}/v1');
    const client = new UpstreamClient(baseUrl, { ...this.#options, failures: serverFailures });
    this.#client = client;
    if (command === undefined) await this.#findModels(client, signal);
    else {
      const server = new SupervisedCommand(command.map(withPort), { log, failures: serverFailures });
      this.#process = server;
      const waiting = new AbortController();
      const found = this.#awaitModels(client, AbortSignal.any([signal, waiting.signal]));
      try {
        await Promise.race([server.start(), found]);
      } catch (error) {
        waiting.abort();
        await Promise.allSettled([found, this.close()]);
        throw error;
      }
      server.keepRunning(() => {
        this.#awaitModels(client, this.#closing.signal).then(onChange, (error: unknown) => {
          if (!this.#closing.signal.aborted) log.error({ err: error }, 'model-server-silent');
        });
      });
    }
    this.#slots = this.#options.slots ?? (await askSlots(client, signal)) ?? SLOTS;
    log.info({ baseUrl, models: this.#models, dialect: this.#dialect, slots: this.#slots }, 'model-server-ready');
  }

  models(): readonly EngineModel[] {
    return this.#models;
  }

  async *chat(job: EngineChat): AsyncGenerator<EngineChatStep, EngineChatEnd, undefined> {
    const { input, messages, caller, signal } = job;
    const client = this.#running();
    const model = this.#find(input.model, ({ chats }) => chats);
    const pictures = await readPictures(messages, (image) => job.file(image));
    const common = { model: model.name, messages, pictures, dialect: this.#dialect, caller };
    const draft = toChatRequest(input, { ...common, outputTokensMax: input.maxOutputTokens });
    const request = draft.body['messages'] as readonly unknown[];
    const counted = { model: model.name, dialect: this.#dialect, input, messages, request };
    const prompt = await countPrompt(client, counted, signal);
    const outputTokensMax = fitAnswer(prompt, input.maxOutputTokens, model.contextTokens);
    const { body, ignored } = { ...draft, body: { ...draft.body, max_tokens: outputTokensMax } };
    const steps = new AnswerSteps();
    const events = readEventStream(client.stream('/chat/completions', body, { signal }));
    for await (const data of events) {
      const chunk = parseChatChunk(data);
      if (chunk === undefined) break;
      const told = steps.take(chunk);
      if (told.length > 0) yield { type: 'usage', usage: steps.running(outputTokensMax) };
      yield* told;
    }
    signal.throwIfAborted();
    if (steps.finish === undefined) throw serverFailures.cut('its stream ended without a reason to end');
    const { usage, problem } = checkUsage(steps.claimed, steps.count(prompt, outputTokensMax));
    if (problem !== undefined)
      this.#log?.warn({ model: model.name, problem, claimed: steps.claimed, usage }, 'usage-implausible');
    return {
      finishReason: steps.finishReason,
      ...(steps.stopText === undefined ? {} : { stopText: steps.stopText }),
      usage,
      model: this.#answering(model),
      ignored,
    };
  }

  async embed({ input, texts, signal }: EngineEmbed): Promise<EngineEmbedEnd> {
    const client = this.#running();
    const model = this.#find(input.model, ({ embeds }) => embeds);
    const body = { model: model.name, input: texts, encoding_format: 'float' };
    const parsed = embeddingsSchema.safeParse(await client.json('POST', '/embeddings', body, { signal }));
    if (!parsed.success) throw serverFailures.garbled('an answer that is no list of vectors');
    const vectors = parsed.data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    if (vectors.length !== texts.length || new Set(vectors.map(({ length }) => length)).size > 1)
      throw serverFailures.garbled(`${vectors.length} vectors for ${texts.length} texts`);
    const most = boundTexts(texts);
    const claimed = parsed.data.usage?.prompt_tokens;
    const plausible = claimed !== undefined && claimed > 0 && claimed <= most;
    if (!plausible) this.#log?.warn({ model: model.name, claimed, most }, 'usage-implausible');
    const inputTokens = plausible ? claimed : Math.ceil(most / 4);
    const ignored = input.truncate === 'never' ? [] : [{ setting: 'truncate', reason: 'the server cuts by itself' }];
    return { vectors, inputTokens, model: this.#answering(model), ignored };
  }

  async countChat({ input, messages, signal }: Pick<EngineChat, 'input' | 'messages' | 'signal'>): Promise<number> {
    const model = this.#find(input.model, ({ chats }) => chats);
    const options = { model: model.name, messages, pictures: new Map(), dialect: this.#dialect, caller: undefined };
    const { body } = toChatRequest(input, { ...options, outputTokensMax: input.maxOutputTokens });
    const request = body['messages'] as readonly unknown[];
    const counted = { model: model.name, dialect: this.#dialect, input, messages, request };
    return (await countPrompt(this.#running(), counted, signal)).tokens;
  }

  async countEmbed({ texts }: EngineEmbed): Promise<number> {
    return boundTexts(texts);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#process?.close();
    await this.#client?.close();
  }

  #running(): UpstreamClient {
    const problem = this.#process?.problem;
    if (this.#process !== undefined && problem !== undefined)
      throw serverFailures.restarting(this.#process.command, problem);
    if (this.#client === undefined) throw new Error('the engine has not started');
    return this.#client;
  }

  #find(name: string | undefined, can: (model: EngineModel) => boolean): EngineModel {
    const fitting = this.#models.filter(can);
    const found = name === undefined ? fitting[0] : fitting.find((model) => model.name === name);
    if (found === undefined)
      throw serverFailures.modelUnknown(
        name ?? 'any',
        fitting.map((model) => model.name),
      );
    return found;
  }

  #answering({ name, contextTokens }: EngineModel) {
    return { name, engine: this.name, ...(contextTokens === undefined ? {} : { contextTokens }) };
  }

  async #findModels(client: UpstreamClient, signal: AbortSignal): Promise<void> {
    const found = await listServerModels(client, signal);
    this.#models = found.models;
    this.#dialect = found.dialect;
  }

  /** Looks until the server lists a model: it loads them first. */
  async #awaitModels(client: UpstreamClient, signal: AbortSignal): Promise<void> {
    const until = Date.now() + this.#options.startWithinMs;
    for (;;) {
      try {
        return await this.#findModels(client, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (Date.now() > until) throw error;
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** The most that an answer may have in the context. @throws LlmFailure prompt-too-long, when the count is exact */
function fitAnswer(prompt: { tokens: number; exact: boolean }, wanted: number, context: number | undefined): number {
  if (context === undefined || !prompt.exact) return wanted;
  if (prompt.tokens >= context) throw serverFailures.promptTooLong(prompt.tokens, context);
  return Math.min(wanted, context - prompt.tokens);
}

/** llama-server says how many it runs at once. */
async function askSlots(client: UpstreamClient, signal: AbortSignal): Promise<number | undefined> {
  try {
    return propsSchema.parse(await client.json('GET', '/props', undefined, { signal, root: true })).total_slots;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Tokens of texts at most: a token has at least one byte, and a text a beginning and an end. */
function boundTexts(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 8, 0);
}
