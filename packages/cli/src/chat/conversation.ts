import { randomUUID } from 'node:crypto';
import type { Gateway, JobOf, JobResult, RunOptions } from '@byoc/core/gateway';
import { type ChatEvent, type ChatOutput, chat } from '@byoc/plugin-llm';

interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A conversation with a model: it remembers what was said, and what it cost. */
export class Conversation {
  readonly #gateway: Gateway;
  readonly #model: string | undefined;
  readonly #options: RunOptions;
  readonly #messages: Message[] = [];
  /** One session: the prefix of a turn is not paid for again. */
  readonly #session = randomUUID();
  #spentWei = 0n;

  constructor(gateway: Gateway, options: { model?: string | undefined; system?: string | undefined; run: RunOptions }) {
    this.#gateway = gateway;
    this.#model = options.model;
    this.#options = options.run;
    if (options.system !== undefined) this.#messages.push({ role: 'system', content: options.system });
  }

  /** Charged so far, wei. */
  get spentWei(): bigint {
    return this.#spentWei;
  }

  /** Says something; `onEvent` gets the answer as it comes. An answer that is broken off is remembered as far as it came. */
  async say(
    content: string,
    { signal, onEvent }: { signal: AbortSignal; onEvent: (event: ChatEvent) => void },
  ): Promise<JobResult<ChatOutput>> {
    const messages = [...this.#messages, { role: 'user' as const, content }];
    const input = { messages, ...(this.#model === undefined ? {} : { model: this.#model }) };
    const options = { ...this.#options, session: this.#session, model: this.#model, signal };
    const job: JobOf<typeof chat> = this.#gateway.run(chat, input, options);
    let heard = '';
    for await (const frame of job) {
      if (frame.type !== 'event') continue;
      if (frame.event.type === 'text') heard += frame.event.text;
      onEvent(frame.event);
    }
    try {
      const result = await job.result;
      this.#spentWei += result.payment.chargedWei;
      this.#messages.push({ role: 'user', content }, { role: 'assistant', content: result.output.message.content });
      return result;
    } catch (error) {
      const charged = (error as { charged?: { amountWei: string } }).charged;
      this.#spentWei += BigInt(charged?.amountWei ?? '0');
      if (heard !== '') this.#messages.push({ role: 'user', content }, { role: 'assistant', content: heard });
      throw error;
    }
  }
}
