import { ByocError } from '../../errors/byoc-error.ts';
import { type ErrorCode, errorCatalogue, type FactsOf } from '../../errors/catalogue/index.ts';
import { ErrorInfo } from '../gen/google/rpc/error_details.ts';
import type { Status } from '../gen/google/rpc/status.ts';
import { ERROR_DOMAIN, ERROR_INFO_TYPE_URL } from './error-domain.ts';
import { grpcCodeName } from './grpc-code.ts';

const RECOVERIES = ['fix-request', 'retry-same', 'retry-other', 'pay-first', 'give-up'];

/** Reads google.rpc.Status into a catalogued error. What the catalogue does not know becomes PEER_ERROR. Never throws. */
export function fromStatus(status: Status, address: string): ByocError {
  for (const detail of status.details) {
    if (detail.typeUrl !== ERROR_INFO_TYPE_URL) continue;
    try {
      const info = ErrorInfo.decode(detail.value);
      const known = info.domain === ERROR_DOMAIN ? revive(info) : undefined;
      if (known !== undefined) return known;
    } catch {
      // Not an ErrorInfo, or facts of another version: told as PEER_ERROR below.
    }
  }
  return new ByocError('PEER_ERROR', { address, status: grpcCodeName(status.code), message: status.message });
}

function revive(info: ErrorInfo): ByocError | undefined {
  if (!Object.hasOwn(errorCatalogue, info.reason)) return undefined;
  const facts: unknown = JSON.parse(info.metadata['facts'] ?? '{}');
  if (facts === null || typeof facts !== 'object' || Array.isArray(facts)) return undefined;
  const recovery = (facts as { recovery?: unknown }).recovery;
  if (recovery !== undefined && !RECOVERIES.includes(recovery as string)) return undefined;
  const amountWei = info.metadata['charged'];
  const charged = amountWei !== undefined && /^\d{1,78}$/.test(amountWei) ? { charged: { amountWei } } : {};
  const error = new ByocError(info.reason as ErrorCode, facts as FactsOf<ErrorCode>, charged);
  // A missing fact shows as `undefined` in the text: the peer's row differs from ours.
  const factMissing = error.shortMessage.includes('undefined') && !JSON.stringify(facts).includes('undefined');
  return factMissing ? undefined : error;
}
