import { join } from 'node:path';
import { type InputOf, silentLogger } from '@byoc/core';
import { type ChatEvent, type ChatOutput, chat, embed, messagesOf } from '@byoc/plugin-llm';
import type { EngineChatEnd, LlmEngine } from '@byoc/plugin-llm/engine';
import { createLlamaEngine, type LlamaEngineOptions } from '@byoc/plugin-llm/llama';
import { repositoryRoot } from '../../support/run-command.ts';

/** The model that recites packages/plugin-llm/tiny-model/lessons.json. */
export const tinyModel = {
  name: 'tiny',
  path: join(repositoryRoot, 'packages/plugin-llm/tiny-model/tiny.gguf'),
};

/** What an engine said, all of it. */
export interface Answer extends EngineChatEnd {
  readonly content: string;
  readonly events: readonly ChatEvent[];
  readonly calls: NonNullable<ChatOutput['message']['toolCalls']>;
}

/** Starts an engine with the tiny model on one thread: more would wait for each other on a busy machine. */
export async function startTinyEngine(options: Partial<LlamaEngineOptions> = {}): Promise<LlmEngine> {
  const engine = createLlamaEngine({
    ...{ models: [tinyModel], gpu: 'cpu', threads: 1, memoryBytes: 1e9, ...options },
  });
  await engine.start({ log: silentLogger, tmp: '/tmp', signal: AbortSignal.timeout(60_000), onChange() {} });
  return engine;
}

/** Asks an engine, with temperature 0 unless the input says otherwise. */
export async function ask(
  engine: LlmEngine,
  input: InputOf<typeof chat>,
  options: { caller?: string; signal?: AbortSignal; onEvent?: (event: ChatEvent) => void } = {},
): Promise<Answer> {
  const parsed = chat.schemas.input.parse({ temperature: 0, ...input });
  const steps = engine.chat({
    input: parsed,
    messages: messagesOf(parsed),
    caller: options.caller,
    signal: options.signal ?? AbortSignal.timeout(60_000),
    file: () => Promise.reject(new Error('there are no files')),
  });
  const events: ChatEvent[] = [];
  const calls: { id: string; name: string; arguments: string }[] = [];
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) {
      const content = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
      return { ...value, content, events, calls };
    }
    if (value.type === 'usage') continue;
    events.push(value);
    options.onEvent?.(value);
    if (value.type !== 'tool-call') continue;
    const { index, id = '', name = '', arguments: piece } = value;
    const before = calls[index];
    calls[index] =
      before === undefined ? { id, name, arguments: piece } : { ...before, arguments: before.arguments + piece };
  }
}

/** Has an engine embed, as the plugin would ask it. */
export function embedWith(engine: LlmEngine, input: InputOf<typeof embed>) {
  const parsed = embed.schemas.input.parse(input);
  const texts = typeof parsed.input === 'string' ? [parsed.input] : parsed.input;
  return engine.embed({ input: parsed, texts, signal: AbortSignal.timeout(60_000) });
}
