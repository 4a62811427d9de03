import type { JsonValue } from '../../primitives/json.ts';
import { ErrorInfo } from '../gen/google/rpc/error_details.ts';
import type { Status } from '../gen/google/rpc/status.ts';
import { ERROR_DOMAIN, ERROR_INFO_TYPE_URL } from './error-domain.ts';
import { grpcCode } from './grpc-code.ts';
import { shrinkFacts } from './shrink-facts.ts';
import { toByocError } from './to-byoc-error.ts';

/** Characters of an error's text, and of its facts, inside a frame at most. */
const LENGTH_MAX = 64 * 1024;

/**
 * Writes an error as google.rpc.Status with one ErrorInfo: reason is the code, `metadata.facts` its facts as JSON. Facts
 * longer than `lengthMax` characters are cut: long texts, then long lists, then all.
 */
export function toStatus(error: unknown, options: { lengthMax?: number } = {}): Status {
  const { lengthMax = LENGTH_MAX } = options;
  const known = toByocError(error);
  const metadata: Record<string, string> = { facts: factsText(known.facts as JsonValue, lengthMax) };
  if (known.charged !== undefined) metadata['charged'] = known.charged.amountWei;
  const info: ErrorInfo = { reason: known.code, domain: ERROR_DOMAIN, metadata };
  return {
    code: grpcCode[known.status.grpc as keyof typeof grpcCode],
    message: known.shortMessage.slice(0, lengthMax).toWellFormed(),
    details: [{ typeUrl: ERROR_INFO_TYPE_URL, value: ErrorInfo.encode(info).finish() }],
  };
}

function factsText(facts: JsonValue, lengthMax: number): string {
  const whole = JSON.stringify(facts).toWellFormed();
  if (whole.length <= lengthMax) return whole;
  const shrunk = JSON.stringify(shrinkFacts(facts)).toWellFormed();
  return shrunk.length <= lengthMax ? shrunk : '{}';
}
