import type { JsonValue } from '../../primitives/json.ts';
import { ErrorInfo } from '../gen/google/rpc/error_details.ts';
import type { Status } from '../gen/google/rpc/status.ts';
import { ERROR_DOMAIN, ERROR_INFO_TYPE_URL } from './error-domain.ts';
import { grpcCode } from './grpc-code.ts';
import { shrinkFacts } from './shrink-facts.ts';
import { toByocError } from './to-byoc-error.ts';

/** Bytes of an error's facts on the wire at most; trailers hold 8 KiB everywhere. */
const FACTS_BYTES_MAX = 4096;

/** Writes an error as google.rpc.Status with one ErrorInfo: reason is the code, `metadata.facts` its facts as JSON. */
export function toStatus(error: unknown): Status {
  const known = toByocError(error);
  const metadata: Record<string, string> = { facts: factsText(known.facts as JsonValue) };
  if (known.charged !== undefined) metadata['charged'] = known.charged.amountWei;
  const info: ErrorInfo = { reason: known.code, domain: ERROR_DOMAIN, metadata };
  return {
    code: grpcCode[known.status.grpc as keyof typeof grpcCode],
    message: known.shortMessage.slice(0, FACTS_BYTES_MAX).toWellFormed(),
    details: [{ typeUrl: ERROR_INFO_TYPE_URL, value: ErrorInfo.encode(info).finish() }],
  };
}

function factsText(facts: JsonValue): string {
  const whole = JSON.stringify(facts).toWellFormed();
  if (whole.length <= FACTS_BYTES_MAX) return whole;
  const shrunk = JSON.stringify(shrinkFacts(facts)).toWellFormed();
  return shrunk.length <= FACTS_BYTES_MAX ? shrunk : '{}';
}
