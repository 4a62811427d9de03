import type { Recovery } from '@byoc/core';

/** Why a picture can't be made: facts for the caller. README.md lists every reason. */
export class ImageFailure extends Error {
  override readonly name = 'ImageFailure';
  /** A stable word, for example `model-truncated`. */
  readonly reason: FailureReason;
  readonly hint: string;
  readonly recovery: Recovery;

  constructor(
    failure: { reason: FailureReason; message: string; hint: string; recovery?: Recovery },
    options: { cause?: unknown } = {},
  ) {
    super(failure.message, options);
    this.reason = failure.reason;
    this.hint = failure.hint;
    this.recovery = failure.recovery ?? 'fix-request';
  }
}

/** Every reason that a job may fail with. */
export const FAILURE_REASONS = [
  ...(['model-unknown', 'model-incomplete', 'model-family-unknown', 'model-format-refused'] as const),
  ...([
    'model-truncated',
    'model-digest-wrong',
    'model-operator-missing',
    'model-unfit',
    'model-settings-broken',
  ] as const),
  ...([
    'mode-unsupported',
    'scheduler-refused',
    'lora-unknown',
    'lora-unfit',
    'limit-exceeded',
    'memory-short',
    'out-of-memory',
  ] as const),
  ...(['source-empty', 'source-broken', 'source-format-refused', 'source-too-large'] as const),
  ...(['source-size-wrong', 'mask-size-wrong', 'mask-opaque'] as const),
  ...(['server-start-failed', 'server-restarting', 'server-unreachable', 'server-busy', 'server-refused'] as const),
  ...(['server-failed', 'server-garbled', 'server-cut-off', 'server-hangs'] as const),
  ...(['server-kind-unknown', 'server-without-models', 'workflow-broken'] as const),
  ...([
    'result-not-finite',
    'picture-flagged',
    'engine-failed',
    'engine-missing',
    'fitness-failed',
    'disk-full',
  ] as const),
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];
