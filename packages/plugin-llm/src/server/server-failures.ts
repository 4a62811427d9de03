import { createUpstreamFailures } from '@byoc/core/upstream';
import { LlmFailure } from '../engine/llm-failure.ts';

const upstream = createUpstreamFailures({
  noun: 'model server',
  api: 'OpenAI’s API',
  toError: (facts, options) => new LlmFailure(facts, options),
});

/** What the server engine may have to say. */
export const serverFailures = {
  ...upstream,
  noModels: (address: string) =>
    new LlmFailure({
      reason: 'server-without-models',
      message: `The model server at ${address} lists no model.`,
      hint: 'Load one, or pull one: `/v1/models` must name it.',
      recovery: 'retry-other',
    }),
  modelUnknown: (model: string, known: readonly string[]) =>
    new LlmFailure({
      reason: 'model-unknown',
      message: `Model ${JSON.stringify(model)} is not served here; these are: ${known.join(', ') || 'none'}.`,
      hint: 'Name one of them, or choose another offer.',
      recovery: 'retry-other',
    }),
  promptTooLong: (prompt: number, context: number) =>
    new LlmFailure({
      reason: 'prompt-too-long',
      message: `The prompt has ${prompt} tokens, and the context has room for ${context}, an answer of at least one token included.`,
      hint: 'Send less, or choose an offer with a larger context.',
      recovery: 'fix-request',
    }),
};
