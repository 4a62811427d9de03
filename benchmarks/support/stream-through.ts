import type { Gateway } from '@byoc/core/gateway';
import { chat } from '@byoc/plugin-llm';

/** How fast one answer came. */
export interface Streamed {
  /** From the call to the first text. */
  readonly firstMs: number;
  readonly tokens: number;
  /** From the first text to the last. */
  readonly tokensPerSecond: number;
}

/** Streams an answer through a gateway, with temperature 0. */
export async function streamThrough(gateway: Gateway, prompt: string, maxOutputTokens: number): Promise<Streamed> {
  const startedAt = performance.now();
  const job = gateway.run(chat, { prompt, temperature: 0, maxOutputTokens });
  let [firstAt, lastAt] = [0, 0];
  for await (const frame of job) {
    if (frame.type !== 'event') continue;
    lastAt = performance.now();
    firstAt ||= lastAt;
  }
  const { outputTokens: tokens } = (await job.result).output.usage;
  return { firstMs: firstAt - startedAt, tokens, tokensPerSecond: ((tokens - 1) / (lastAt - firstAt)) * 1000 };
}
