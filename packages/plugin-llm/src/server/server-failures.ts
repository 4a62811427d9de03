import { LlmFailure } from '../engine/llm-failure.ts';

/** Text of a server is data: one line of it, bounded. */
const quote = (text: string) => JSON.stringify(text.replace(/\s+/g, ' ').trim().slice(0, 400));

/** What the server engine may have to say. */
export const serverFailures = {
  commandFailed: (command: string, why: string, log: readonly string[]) =>
    new LlmFailure({
      reason: 'server-start-failed',
      message: `The model server \`${command}\` ${why}.${log.length === 0 ? '' : ` Its last words: ${quote(log.join(' | ').slice(-400))}.`}`,
      hint: 'Run the command by hand; its whole output is in the log of the worker.',
      recovery: 'retry-other',
    }),
  notThere: (address: string, why: string, cause?: unknown) =>
    new LlmFailure(
      {
        reason: 'server-unreachable',
        message: `The model server at ${address} does not answer: ${why}.`,
        hint: 'See that it runs and that the worker may reach it: a worker in a container has no network unless it was granted one.',
        recovery: 'retry-other',
      },
      { cause },
    ),
  noModels: (address: string) =>
    new LlmFailure({
      reason: 'server-without-models',
      message: `The model server at ${address} lists no model.`,
      hint: 'Load one, or pull one: `/v1/models` must name it.',
      recovery: 'retry-other',
    }),
  restarting: (command: string, why: string) =>
    new LlmFailure({
      reason: 'server-restarting',
      message: `The model server \`${command}\` ${why}; it is being started again.`,
      hint: 'Try again in a moment, or choose another offer.',
      recovery: 'retry-other',
    }),
  busy: (retryAfterMs: number | undefined) =>
    new LlmFailure({
      reason: 'server-busy',
      message: `The model server takes no more requests now${retryAfterMs === undefined ? '' : ` and asks for ${Math.ceil(retryAfterMs / 1000)} s`}.`,
      hint: 'Try again later, or choose another offer.',
      recovery: 'retry-other',
    }),
  refused: (status: number, text: string) =>
    new LlmFailure({
      reason: 'server-refused',
      message: `The model server refused the request with status ${status}: ${quote(text)}.`,
      hint: 'Change what it names, or choose an offer with another engine.',
      recovery: 'fix-request',
    }),
  broken: (status: number, text: string) =>
    new LlmFailure({
      reason: 'server-failed',
      message: `The model server failed with status ${status}: ${quote(text)}.`,
      hint: 'Its own log says more. Choose another offer meanwhile.',
      recovery: 'retry-other',
    }),
  garbled: (why: string) =>
    new LlmFailure({
      reason: 'server-garbled',
      message: `The model server sent what is no answer: ${why}.`,
      hint: 'It must speak OpenAI’s API. Choose another offer meanwhile.',
      recovery: 'retry-other',
    }),
  cut: (why: string, cause?: unknown) =>
    new LlmFailure(
      {
        reason: 'server-cut-off',
        message: `The model server stopped in the middle of its answer: ${why}.`,
        hint: 'Nothing is charged for it. Ask again, here or elsewhere.',
        recovery: 'retry-other',
      },
      { cause },
    ),
  silent: (ms: number, since: string) =>
    new LlmFailure({
      reason: 'server-hangs',
      message: `The model server has said nothing for ${ms} ms ${since}.`,
      hint: 'Nothing is charged for it. Ask again, here or elsewhere.',
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
