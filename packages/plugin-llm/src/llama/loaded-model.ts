import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type ChatWrapper,
  InsufficientMemoryError,
  type Llama,
  type LlamaEmbeddingContext,
  type LlamaModel,
  resolveChatWrapper,
} from 'node-llama-cpp';
import type { AnsweringModel } from '../capability/answer.ts';
import type { ModelFit } from './fit-model.ts';
import { llamaFailures, sentenceOf } from './llama-failures.ts';
import type { LlamaModelFile } from './llama-options.ts';
import { SequencePool } from './sequence-pool.ts';

/** A model in memory, its sequences and its chat template. */
export class LoadedModel {
  readonly model: LlamaModel;
  readonly wrapper: ChatWrapper;
  readonly pool: SequencePool;
  readonly identity: AnsweringModel;
  readonly contextTokens: number;
  readonly memoryBytes: number;
  /** What of it is on a card. */
  readonly deviceMemoryBytes: number;
  readonly batchTokens: number;
  /** Jobs that use it now; it stays while there are any. */
  users = 0;
  usedAt = 0;
  #embedding: Promise<LlamaEmbeddingContext> | undefined;

  private constructor(
    parts: Pick<
      LoadedModel,
      'model' | 'wrapper' | 'pool' | 'identity' | 'contextTokens' | 'memoryBytes' | 'deviceMemoryBytes' | 'batchTokens'
    >,
  ) {
    this.model = parts.model;
    this.wrapper = parts.wrapper;
    this.pool = parts.pool;
    this.identity = parts.identity;
    this.contextTokens = parts.contextTokens;
    this.memoryBytes = parts.memoryBytes;
    this.deviceMemoryBytes = parts.deviceMemoryBytes;
    this.batchTokens = parts.batchTokens;
  }

  /** Loads a model that was found to fit. */
  static async load(
    llama: Llama,
    file: LlamaModelFile,
    options: { fit: ModelFit; slots: number; engine: string; threads: number; signal: AbortSignal },
  ): Promise<LoadedModel> {
    const { fit, slots, signal, threads } = options;
    const digest = await digestOf(file.path, signal);
    if (file.digest !== undefined && file.digest !== digest)
      throw llamaFailures.digestWrong(file.name, { wanted: file.digest, found: digest });
    let model: LlamaModel | undefined;
    try {
      model = await llama.loadModel({ modelPath: file.path, gpuLayers: fit.gpuLayers, loadSignal: signal });
      const adapters = file.adapters?.map(({ path, scale = 1 }) => ({ filePath: path, scale }));
      const context = await model.createContext({
        sequences: slots,
        contextSize: fit.contextTokens,
        createSignal: signal,
        threads,
        ...(adapters === undefined ? {} : { lora: { adapters } }),
      });
      const [weights, state] = [model.memoryUsage, context.memoryUsage];
      const deviceMemoryBytes = weights.vram + state.vram;
      return new LoadedModel({
        model,
        wrapper: resolveChatWrapper(model),
        pool: new SequencePool(context),
        identity: {
          name: file.name,
          digest: await digestWith(digest, file, signal),
          engine: options.engine,
          contextTokens: context.contextSize,
        },
        contextTokens: context.contextSize,
        memoryBytes: weights.ram + state.ram + deviceMemoryBytes,
        deviceMemoryBytes,
        batchTokens: context.batchSize,
      });
    } catch (cause) {
      await model?.dispose();
      signal.throwIfAborted();
      if (isMemoryShort(cause)) throw llamaFailures.memoryShort(file.name, cause);
      throw llamaFailures.modelBroken(file.name, sentenceOf(cause), cause);
    }
  }

  /** The context that embeds; made when it is first wanted. */
  embedding(): Promise<LlamaEmbeddingContext> {
    this.#embedding ??= this.model.createEmbeddingContext({ contextSize: this.contextTokens }).catch((cause) => {
      // The next job may find more memory.
      this.#embedding = undefined;
      throw isMemoryShort(cause) ? llamaFailures.memoryShort(this.identity.name, cause) : cause;
    });
    return this.#embedding;
  }

  /** Frees all of it, embedding and sequences too. */
  async close(): Promise<void> {
    await this.model.dispose();
  }
}

/** llama.cpp says only that a context could not be made; what it lacks then is the memory of the keys and values. */
function isMemoryShort(cause: unknown): boolean {
  return (
    cause instanceof InsufficientMemoryError || (cause instanceof Error && cause.message === 'Failed to create context')
  );
}

/** With adapters another model answers: its digest is of the digests, each adapter's with its scale, one a line. */
async function digestWith(digest: string, { adapters = [] }: LlamaModelFile, signal: AbortSignal): Promise<string> {
  if (adapters.length === 0) return digest;
  const lines = [digest];
  for (const { path, scale = 1 } of adapters) lines.push(`${await digestOf(path, signal)} ${scale}`);
  return `sha256:${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
