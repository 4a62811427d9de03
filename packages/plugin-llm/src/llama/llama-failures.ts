import { LlmFailure } from '../engine/llm-failure.ts';

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;

/** The first line of what was thrown, bounded. */
export function sentenceOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 300);
}

/** What the llama engine may have to say. */
export const llamaFailures = {
  modelUnknown: (model: string, known: readonly string[]) =>
    new LlmFailure({
      reason: 'model-unknown',
      message: `Model ${JSON.stringify(model)} is not served here; these are: ${known.join(', ') || 'none'}.`,
      hint: 'Name one of them, or choose another offer.',
      recovery: 'retry-other',
    }),
  modelBroken: (model: string, why: string, cause?: unknown) =>
    new LlmFailure(
      {
        reason: 'model-broken',
        message: `Model ${model} can't be loaded: ${why}.`,
        hint: 'Fetch the file again and compare its SHA-256; it must be a GGUF file that llama.cpp knows.',
        recovery: 'retry-other',
      },
      { cause },
    ),
  modelTooLarge: (model: string, sizes: { needed: number; free: number; contextTokens: number; slots: number }) =>
    new LlmFailure({
      reason: 'model-too-large',
      message: `Model ${model} needs ${megabytes(sizes.needed)} with a context of ${sizes.slots} × ${sizes.contextTokens} tokens, and ${megabytes(sizes.free)} may be taken.`,
      hint: 'Allow more memory, ask for fewer slots or a smaller context, or serve a smaller model.',
      recovery: 'retry-other',
    }),
  memoryTaken: (model: string, busy: readonly string[]) =>
    new LlmFailure({
      reason: 'memory-taken',
      message: `Model ${model} can't be loaded now: the memory is taken by ${busy.join(', ')}, which are answering.`,
      hint: 'Try again in a moment.',
      recovery: 'retry-same',
    }),
  memoryShort: (model: string, cause: unknown) =>
    new LlmFailure(
      {
        reason: 'memory-short',
        message: `Model ${model} got less memory than it needs: ${sentenceOf(cause)}.`,
        hint: 'Others took memory since it was measured. Try another offer; an operator allows more, or asks for fewer slots or a smaller context.',
        recovery: 'retry-other',
      },
      { cause },
    ),
  digestWrong: (model: string, digests: { wanted: string; found: string }) =>
    new LlmFailure({
      reason: 'digest-wrong',
      message: `The file of model ${model} is not the one that was named: its digest is ${digests.found}, not ${digests.wanted}.`,
      hint: 'Fetch the file again, or correct the digest.',
      recovery: 'retry-other',
    }),
  engineFailed: (model: string, cause: unknown) =>
    new LlmFailure(
      {
        reason: 'engine-failed',
        message: `llama.cpp failed while model ${model} was at work: ${sentenceOf(cause)}.`,
        hint: 'Nothing is charged for it. Ask again, here or elsewhere.',
        recovery: 'retry-other',
      },
      { cause },
    ),
  promptTooLong: (prompt: number, context: number) =>
    new LlmFailure({
      reason: 'prompt-too-long',
      message: `The prompt has ${prompt} tokens, and the context has room for ${context}, an answer of at least one token included.`,
      hint: 'Send less, allow `truncate`, or choose an offer with a larger context.',
      recovery: 'fix-request',
    }),
  imageUnsupported: (model: string) =>
    new LlmFailure({
      reason: 'image-unsupported',
      message: `Model ${model} reads only text, and a message holds a picture.`,
      hint: 'Take the picture out, or choose a model that sees.',
      recovery: 'fix-request',
    }),
  templateRefused: (model: string, why: string, cause?: unknown) =>
    new LlmFailure(
      {
        reason: 'template-refused',
        message: `The chat template of model ${model} can't write this conversation: ${why}.`,
        hint: 'Check the order of the roles: many models want user and assistant in turn.',
        recovery: 'fix-request',
      },
      { cause },
    ),
  toolsUnsupported: (why: string) =>
    new LlmFailure({
      reason: 'tools-unsupported',
      message: `The tools can't be offered to the model: ${why}.`,
      hint: 'The parameters of a tool are a JSON Schema of type `object`; a response format goes with `toolChoice: "none"`.',
      recovery: 'fix-request',
    }),
  engineMissing: (cause: unknown) =>
    new LlmFailure(
      {
        reason: 'engine-missing',
        message: 'The llama engine has no binary for this machine.',
        hint: 'Run `npm install node-llama-cpp@3.22.1` beside the plugin; the README says which variant a card needs.',
        recovery: 'give-up',
      },
      { cause },
    ),
};
