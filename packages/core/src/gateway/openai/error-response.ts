import type { ByocError } from '../../errors/byoc-error.ts';
import { isByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import { toParam } from './to-param.ts';

/** An error as OpenAI's API has it; `hint`, `recovery`, `docs`, `facts` and `charged` are more than it has. */
export interface OpenaiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    /** The catalogue's code. */
    readonly code: string;
    readonly hint: string;
    readonly recovery: string;
    readonly docs: string;
    readonly facts: unknown;
    readonly charged?: unknown;
  };
}

/** Describes an error in OpenAI's shape, with the catalogue's code. */
export function toOpenaiError(error: ByocError): OpenaiError {
  const { code, shortMessage, hint, recovery, docs, facts, charged, status } = error;
  return {
    error: {
      message: `${shortMessage} ${hint}`,
      type: typeOf(status.http),
      param: paramOf(error),
      code,
      ...{ hint, recovery, docs, facts },
      ...(charged === undefined ? {} : { charged }),
    },
  };
}

/**
 * Answers with an error. `x-should-retry` tells OpenAI's clients, which retry by status otherwise, to try again only what another try
 * can mend and nothing was charged for.
 */
export function errorResponse(caught: unknown): Response {
  const error = toByocError(caught);
  const charged = error.charged !== undefined && error.charged.amountWei !== '0';
  const retry = !charged && (error.recovery === 'retry-same' || error.recovery === 'retry-other');
  const headers = { 'x-should-retry': String(retry) };
  return Response.json(toOpenaiError(error), { status: error.status.http, headers });
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

function paramOf(error: ByocError): string | null {
  if (isByocError(error, 'OPENAI_REQUEST_INVALID')) return error.facts.param;
  if (isByocError(error, 'MODEL_NOT_OFFERED')) return 'model';
  if (isByocError(error, 'CAPABILITY_INPUT_INVALID')) return toParam(error.facts.issues[0]?.path ?? '') ?? null;
  return null;
}
