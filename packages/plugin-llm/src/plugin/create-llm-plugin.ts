import { definePlugin, implement, type Plugin } from '@byoc/core';
import { chat } from '../capability/chat.ts';
import { messagesOf } from '../capability/chat-input.ts';
import { embed } from '../capability/embed.ts';
import type { LlmEngine } from '../engine/llm-engine.ts';
import { checkFitness, type FitnessProof } from './check-fitness.ts';
import { describeEngine } from './describe-engine.ts';
import { EngineWatch } from './engine-watch.ts';
import { runChat } from './run-chat.ts';
import { runEmbed, textsOf } from './run-embed.ts';
import { testModel } from './test-model.ts';
import { translateFailure } from './translate-failure.ts';

/** What the plugin is made of. */
export interface LlmPluginOptions {
  /** Made when the worker starts. */
  readonly engine: () => Promise<LlmEngine>;
  /** Jobs at once, as the manifest says; the worker tells what the engine really has. @default 4 */
  readonly slots?: number | undefined;
  /** A prompt whose answer is known: the worker is fit when the first model gives it. @default any answer will do */
  readonly proof?: FitnessProof | undefined;
  /**
   * How long the engine may say nothing while it answers a chat, ms, the loading of the model and the reading of the prompt included.
   * Then the job fails, and a worker whose engine does not even stop is replaced. @default 600_000
   */
  readonly silenceMs?: number | undefined;
}

/** Makes the plugin of text/chat and text/embed, on an engine. */
export function createLlmPlugin(options: LlmPluginOptions): Plugin {
  let running: LlmEngine | undefined;
  const engine = (): LlmEngine => {
    if (running === undefined) throw new Error('the engine has not started');
    return running;
  };
  let outOfService: (reason: string) => void = () => {};
  const watchOf = (signal: AbortSignal) =>
    new EngineWatch(signal, { silenceMs: options.silenceMs, onDeaf: ({ message }) => outOfService(message) });
  return definePlugin({
    manifest: {
      name: 'byoc/llm',
      version: '0.1.0',
      description:
        'Chat and embeddings with language models, in the worker’s own process or in front of another server.',
      license: 'MIT',
      concurrency: options.slots ?? 4,
      dockerfile: 'Dockerfile',
      command: ['node', 'dist/worker.js'],
      resources: { cpu: 4, memoryBytes: 8 * 1024 ** 3, pids: 256 },
    },
    implementations: [
      implement(chat, (context) => translateFailure(() => runChat(engine(), context, watchOf(context.signal))), {
        estimate: (input, signal) =>
          translateFailure(async () => {
            const tokens = BigInt(await engine().countChat({ input, messages: messagesOf(input), signal }));
            return { input_tokens: tokens, cached_input_tokens: tokens };
          }),
      }),
      implement(embed, (context) => translateFailure(() => runEmbed(engine(), context)), {
        estimate: (input, signal) =>
          translateFailure(async () => ({
            input_tokens: BigInt(await engine().countEmbed({ input, texts: textsOf(input), signal })),
          })),
      }),
    ],
    async setup({ signal, log, tmp, report, fail }) {
      outOfService = fail;
      const started = await options.engine();
      running = started;
      await translateFailure(() =>
        started.start({ signal, log, tmp, onChange: () => report(describeEngine(started)) }),
      );
      return describeEngine(started);
    },
    async fitness({ signal }) {
      const known = engine().models()[0]?.name === testModel.name ? testModel.proof : undefined;
      await translateFailure(() => checkFitness(engine(), { proof: options.proof ?? known, signal }));
    },
    async teardown() {
      await running?.close();
    },
  });
}
