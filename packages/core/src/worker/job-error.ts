import type { Recovery } from '../errors/error-entry.ts';

/** What a handler tells the caller about a failure. */
export interface JobErrorOptions {
  /** UPPER_SNAKE_CASE, the plugin's own, for example `SOURCE_NOT_VIDEO`. */
  readonly reason: string;
  /** One sentence: what happened, to what, with which value. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly hint: string;
  /** @default "fix-request" */
  readonly recovery?: Recovery | undefined;
  readonly cause?: unknown;
}

/**
 * A failure that the caller should understand. Anything else a handler throws reaches the caller as JOB_CRASHED, without
 * its text.
 *
 * @example
 * throw new JobError({ reason: 'SOURCE_NOT_VIDEO', message: 'The source holds no video.', hint: 'Send a video file.' })
 */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly reason: string;
  readonly hint: string;
  readonly recovery: Recovery;

  constructor(options: JobErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.reason = options.reason;
    this.hint = options.hint;
    this.recovery = options.recovery ?? 'fix-request';
  }
}
