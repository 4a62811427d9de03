import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type ChatWrapper,
  type Llama,
  type LlamaEmbeddingContext,
  type LlamaModel,
  resolveChatWrapper,
} from 'node-llama-cpp';
import type { AnsweringModel } from '../capability/answer.ts';
import type { ModelFit } from './fit-model.ts';
import { llamaFailures } from './llama-failures.ts';
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
  readonly batchTokens: number;
  /** Jobs that use it now; it stays while there are any. */
  users = 0;
  usedAt = 0;
  #embedding: Promise<LlamaEmbeddingContext> | undefined;

  private constructor(
    parts: Pick<
      LoadedModel,
      'model' | 'wrapper' | 'pool' | 'identity' | 'contextTokens' | 'memoryBytes' | 'batchTokens'
    >,
  ) {
    this.model = parts.model;
    this.wrapper = parts.wrapper;
    this.pool = parts.pool;
    this.identity = parts.identity;
    this.contextTokens = parts.contextTokens;
    this.memoryBytes = parts.memoryBytes;
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
      return new LoadedModel({
        model,
        wrapper: resolveChatWrapper(model),
        pool: new SequencePool(context),
        identity: { name: file.name, digest, engine: options.engine, contextTokens: context.contextSize },
        contextTokens: context.contextSize,
        memoryBytes: fit.memoryBytes,
        batchTokens: context.batchSize,
      });
    } catch (cause) {
      await model?.dispose();
      signal.throwIfAborted();
      throw llamaFailures.modelBroken(file.name, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  /** The context that embeds; made when it is first wanted. */
  embedding(): Promise<LlamaEmbeddingContext> {
    this.#embedding ??= this.model.createEmbeddingContext({ contextSize: this.contextTokens });
    return this.#embedding;
  }

  /** Frees all of it, embedding and sequences too. */
  async close(): Promise<void> {
    await this.model.dispose();
  }
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
