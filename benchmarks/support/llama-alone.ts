import { getLlama, LlamaChat, type LlamaContextSequence, LlamaLogLevel, resolveChatWrapper } from 'node-llama-cpp';
import type { Streamed } from './stream-through.ts';

/** node-llama-cpp in this process, with nothing of ours round it. */
export interface LlamaAlone extends AsyncDisposable {
  /** Answers a prompt in one of its sequences, from nothing. */
  stream(prompt: string, tokens: number, sequence?: number): Promise<Streamed>;
}

/** Loads a model as the worker does: same context, threads and sampling. */
export async function openLlamaAlone(options: {
  path: string;
  threads: number;
  sequences: number;
  contextTokens: number;
}): Promise<LlamaAlone> {
  const { path, threads, sequences, contextTokens } = options;
  const llama = await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false, maxThreads: threads },
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ sequences, contextSize: contextTokens, threads });
  const all = Array.from({ length: sequences }, () => context.getSequence());
  const chatWrapper = resolveChatWrapper(model);
  return {
    async stream(prompt, maxTokens, index = 0) {
      const startedAt = performance.now();
      const sequence = all[index] as LlamaContextSequence;
      await sequence.clearHistory();
      const chat = new LlamaChat({ contextSequence: sequence, chatWrapper });
      let [firstAt, lastAt, tokens] = [0, 0, 0];
      await chat.generateResponse([{ type: 'user', text: prompt }], {
        ...{ maxTokens, temperature: 0, repeatPenalty: false },
        onToken(made) {
          tokens += made.length;
        },
        onTextChunk() {
          lastAt = performance.now();
          firstAt ||= lastAt;
        },
      });
      chat.dispose();
      return { firstMs: firstAt - startedAt, tokens, tokensPerSecond: ((tokens - 1) / (lastAt - firstAt)) * 1000 };
    },
    async [Symbol.asyncDispose]() {
      await llama.dispose();
    },
  };
}
