import type { Recovery } from '@byoc/core';

/** Why a transcode can't be done: facts for the caller. */
export class TranscodeFailure extends Error {
  override readonly name = 'TranscodeFailure';
  /** A stable word, for example `source-truncated`. */
  readonly reason: string;
  readonly hint: string;
  readonly recovery: Recovery;

  constructor(
    failure: { reason: string; message: string; hint: string; recovery: Recovery },
    options: { cause?: unknown } = {},
  ) {
    super(failure.message, options);
    this.reason = failure.reason;
    this.hint = failure.hint;
    this.recovery = failure.recovery;
  }
}
