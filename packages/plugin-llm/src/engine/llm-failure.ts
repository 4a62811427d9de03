import type { Recovery } from '@byoc/core';

/** What a failure is made of. */
interface LlmFailureFacts {
  /** A stable word, for example `prompt-too-long`. */
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
  readonly recovery: Recovery;
}

/** Why a model can't answer: facts for the caller. */
export class LlmFailure extends Error {
  override readonly name = 'LlmFailure';
  readonly reason: string;
  readonly hint: string;
  readonly recovery: Recovery;

  constructor(facts: LlmFailureFacts, options: { cause?: unknown } = {}) {
    super(facts.message, options);
    this.reason = facts.reason;
    this.hint = facts.hint;
    this.recovery = facts.recovery;
  }
}
