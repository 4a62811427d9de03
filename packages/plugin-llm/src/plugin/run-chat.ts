import type { JobContext } from '@byoc/core';
import type { TokenLogprob, TokenUsage } from '../capability/answer.ts';
import type { chat } from '../capability/chat.ts';
import { messagesOf } from '../capability/chat-input.ts';
import type { ChatOutput } from '../capability/chat-output.ts';
import type { ToolCall } from '../capability/message.ts';
import type { LlmEngine } from '../engine/llm-engine.ts';
import type { EngineWatch } from './engine-watch.ts';

/** Answers one chat job: tells each step, meters it first, and puts the whole message together. */
export async function runChat(
  engine: LlmEngine,
  context: JobContext<typeof chat>,
  watch: EngineWatch,
): Promise<ChatOutput> {
  const { input } = context;
  const steps = engine.chat({
    input,
    messages: messagesOf(input),
    caller: context.session,
    signal: watch.signal,
    file: (image) => context.file(image),
  });
  let content = '';
  let reasoning = '';
  const calls: ToolCall[] = [];
  const logprobs: TokenLogprob[] = [];
  // Metered with the event that it pays for: whoever cancels between the two pays for nothing that was not sent.
  let due: TokenUsage | undefined;
  for (;;) {
    const { done, value } = await watch.wait(steps.next());
    if (done === true) {
      setUsage(context, value.usage);
      return {
        message: {
          role: 'assistant',
          content,
          ...(reasoning === '' ? {} : { reasoning }),
          ...(calls.length === 0 ? {} : { toolCalls: calls }),
        },
        finishReason: value.finishReason,
        ...(value.stopText === undefined ? {} : { stopText: value.stopText }),
        usage: value.usage,
        model: value.model,
        ignored: [...value.ignored],
        ...(input.logprobs === undefined ? {} : { logprobs }),
        ...(value.messagesLeftOut === undefined ? {} : { messagesLeftOut: value.messagesLeftOut }),
      };
    }
    if (value.type === 'usage') {
      due = value.usage;
      continue;
    }
    if (value.type === 'text') {
      content += value.text;
      logprobs.push(...(value.logprobs ?? []));
    } else if (value.type === 'reasoning') reasoning += value.text;
    else {
      const { id = '', name = '' } = value;
      const written = calls[value.index]?.arguments ?? '';
      calls[value.index] = { id, name, ...calls[value.index], arguments: written + value.arguments };
    }
    if (due !== undefined) setUsage(context, due);
    await context.emit(value);
  }
}

function setUsage({ usage }: JobContext<typeof chat>, tokens: TokenUsage): void {
  usage.set('input_tokens', tokens.inputTokens);
  usage.set('cached_input_tokens', tokens.cachedInputTokens);
  usage.set('output_tokens', tokens.outputTokens);
}
