import { usableCores } from '@byoc/core/worker';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
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
import { LlmFailure } from '../engine/llm-failure.ts';
import { answerChat } from './answer-chat.ts';
import { fitModel, type ModelFit } from './fit-model.ts';
import { llamaFailures } from './llama-failures.ts';
import type { LlamaEngineOptions, LlamaModelFile } from './llama-options.ts';
import { LoadedModel } from './loaded-model.ts';
import { ModelShelf } from './model-shelf.ts';
import { prepareChat, preparePrompt } from './prepare-chat.ts';

const SLOTS = 4;
/** Of the memory that is there: the rest is for this process, its jobs and what estimates leave out. */
const SHARE_OF_MEMORY = 0.9;

/** Makes the engine that runs GGUF models in this process, with llama.cpp. */
export function createLlamaEngine(options: LlamaEngineOptions): LlmEngine {
  return new LlamaEngine(options);
}

class LlamaEngine implements LlmEngine {
  readonly slots: number;
  name = 'llama.cpp';
  readonly #options: LlamaEngineOptions;
  #llama: Llama | undefined;
  #shelf: ModelShelf<LlamaModelFile, LoadedModel> | undefined;
  readonly #closing = new AbortController();

  constructor(options: LlamaEngineOptions) {
    this.#options = options;
    this.slots = options.slots ?? SLOTS;
  }

  async start({ log, onChange, signal }: EngineContext): Promise<void> {
    const { gpu = 'auto', contextTokens, models } = this.#options;
    const threads = this.#options.threads ?? (await usableCores());
    const llama = await getLlama({
      gpu: gpu === 'cpu' ? false : 'auto',
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: LlamaLogLevel.warn,
      logger: (level, message) => log.debug({ level, message: message.trim() }, 'llama.cpp'),
    }).catch((cause: unknown) => {
      throw llamaFailures.engineMissing(cause);
    });
    this.#llama = llama;
    this.name = `llama.cpp ${llama.llamaCppRelease.release}${llama.gpu === false ? '' : `, ${llama.gpu}`}`;
    const freeBytes = this.#options.memoryBytes ?? Math.floor(process.availableMemory() * SHARE_OF_MEMORY);
    const fits = new Map<string, ModelFit>();
    const loading = { slots: this.slots, engine: this.name, threads, signal: this.#closing.signal };
    this.#shelf = new ModelShelf({
      files: models,
      memoryBytes: freeBytes + (llama.gpu === false ? 0 : (await llama.getVramState()).free),
      measure: async (file) => {
        const fit =
          fits.get(file.name) ?? (await fitModel(llama, file, { slots: this.slots, contextTokens, freeBytes }));
        fits.set(file.name, fit);
        return fit.memoryBytes;
      },
      load: (file) => LoadedModel.load(llama, file, { ...loading, fit: fits.get(file.name) as ModelFit }),
      onChange,
    });
    signal.throwIfAborted();
    if (models.length > 0) await this.#shelf.use(undefined, async () => {});
  }

  models(): readonly EngineModel[] {
    return this.#options.models.map(({ name }) => {
      const loaded = this.#shelf?.loaded(name);
      return {
        ...{ name, loaded: loaded !== undefined, chats: true, embeds: true, sees: false },
        contextTokens: loaded?.contextTokens,
        memoryBytes: loaded?.memoryBytes,
        deviceMemoryBytes: loaded?.deviceMemoryBytes,
      };
    });
  }

  async *chat(job: EngineChat): AsyncGenerator<EngineChatStep, EngineChatEnd, undefined> {
    const { llama, shelf } = this.#started();
    const loaded = await shelf.take(job.input.model);
    try {
      const plan = await prepareChat(llama, loaded, job);
      const lease = await loaded.pool.lease(job.caller, [...plan.tokens], job.signal);
      try {
        return yield* answerChat(loaded, lease, plan, job);
      } finally {
        lease.release();
      }
    } catch (error) {
      throw explain(error, loaded, job.signal);
    } finally {
      shelf.giveBack(loaded);
    }
  }

  embed({ input, texts, signal }: EngineEmbed): Promise<EngineEmbedEnd> {
    return this.#started().shelf.use(input.model, async (loaded) => {
      try {
        const { context, inputs, inputTokens } = await this.#readTexts(loaded, { input, texts });
        const vectors: (readonly number[])[] = [];
        for (const tokens of inputs) {
          signal.throwIfAborted();
          vectors.push((await context.getEmbeddingFor(tokens)).vector);
        }
        signal.throwIfAborted();
        return { vectors, inputTokens, model: loaded.identity, ignored: [] };
      } catch (error) {
        throw explain(error, loaded, signal);
      }
    });
  }

  countChat({ input, messages }: Pick<EngineChat, 'input' | 'messages' | 'signal'>): Promise<number> {
    return this.#started().shelf.use(
      input.model,
      async (loaded) => preparePrompt(loaded, { input, messages }).tokens.length,
    );
  }

  countEmbed({ input, texts }: EngineEmbed): Promise<number> {
    return this.#started().shelf.use(
      input.model,
      async (loaded) => (await this.#readTexts(loaded, { input, texts })).inputTokens,
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#shelf?.close();
    await this.#llama?.dispose();
  }

  /** Tokens of each text, and of all together with those that the model wants around them. */
  async #readTexts(loaded: LoadedModel, { input, texts }: Pick<EngineEmbed, 'input' | 'texts'>) {
    const context = await loaded.embedding();
    const around = context.calculateInputLength('a') - loaded.model.tokenize('a').length;
    const room = loaded.contextTokens - 1;
    const inputs = texts.map((text) => {
      const tokens = loaded.model.tokenize(text);
      if (tokens.length + around <= room) return tokens;
      if (input.truncate === 'end') return tokens.slice(0, room - around);
      throw llamaFailures.promptTooLong(tokens.length + around, room);
    });
    return { context, inputs, inputTokens: inputs.reduce((sum, { length }) => sum + length + around, 0) };
  }

  #started() {
    if (this.#llama === undefined || this.#shelf === undefined) throw new Error('the engine has not started');
    return { llama: this.#llama, shelf: this.#shelf };
  }
}

/** What a job is told: why it was ended, what the engine knows to say, or that llama.cpp itself failed. */
function explain(error: unknown, { identity }: LoadedModel, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof LlmFailure ? error : llamaFailures.engineFailed(identity.name, error);
}
