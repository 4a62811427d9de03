import { type ErrorCode, errorCatalogue, type FactsOf } from './catalogue/index.ts';
import type { ErrorEntry, Recovery } from './error-entry.ts';

const DOCS = 'https://github.com/byoc-dev/byoc/blob/main/docs/errors.md';

/** What was charged for a job that ended with an error. */
export interface Charged {
  /** Decimal wei; "0" when nothing was charged. */
  readonly amountWei: string;
}

/**
 * The one error that BYOC throws: a code of the catalogue and the facts, from which the texts follow.
 *
 * @example
 * throw new ByocError('JOB_NOT_FOUND', { jobId })
 */
export class ByocError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'ByocError';
  /** The catalogue code. */
  readonly code: C;
  /** What the error is made of. Plain JSON. */
  readonly facts: FactsOf<C>;
  /** One sentence: what happened. */
  readonly shortMessage: string;
  /** One sentence: what to do next. */
  readonly hint: string;
  /** What a caller can do. */
  readonly recovery: Recovery;
  /** Where the catalogue describes it. */
  readonly docs: string;
  /** What was charged, for an error that ended a paid job. */
  readonly charged: Charged | undefined;

  constructor(code: C, facts: FactsOf<C>, options: { cause?: unknown; charged?: Charged } = {}) {
    const row = errorCatalogue[code] as unknown as ErrorEntry<FactsOf<C>>;
    const shortMessage = row.message(facts);
    const hint = row.hint(facts);
    const docs = `${DOCS}#${code.toLowerCase()}`;
    super(`${shortMessage}\nHint: ${hint}\nDocs: ${docs}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.facts = facts;
    this.shortMessage = shortMessage;
    this.hint = hint;
    this.recovery = recoveryOf(facts) ?? row.recovery;
    this.docs = docs;
    this.charged = options.charged;
  }

  /** gRPC and HTTP status of this error. */
  get status(): { readonly grpc: string; readonly http: number } {
    const row = errorCatalogue[this.code];
    return { grpc: row.grpc, http: row.http };
  }

  /** Plain JSON of the error, for `--json` and logs. */
  toJSON(): Record<string, unknown> {
    const { code, shortMessage: message, hint, recovery, docs, facts, charged } = this;
    return { code, message, hint, recovery, docs, facts, ...(charged ? { charged } : {}) };
  }
}

/** Tells whether a value is a ByocError, of the given code if one is named. */
export function isByocError<C extends ErrorCode = ErrorCode>(value: unknown, code?: C): value is ByocError<C> {
  return value instanceof ByocError && (code === undefined || value.code === code);
}

function recoveryOf(facts: unknown): Recovery | undefined {
  return (facts as { recovery?: Recovery }).recovery;
}
