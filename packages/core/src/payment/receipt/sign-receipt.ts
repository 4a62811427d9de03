import type { Signer } from '../keys/signer.ts';
import type { Receipt } from './receipt.ts';
import { receiptTypedData } from './receipt-typed-data.ts';

/**
 * Signs a receipt (EIP-712) with the orchestrator's key: 65 bytes, `v` 27 or 28, low `s`.
 *
 * @throws ByocError KEY_INVALID, SIGNER_*
 */
export function signReceipt(
  receipt: Receipt,
  signer: Signer,
  options?: { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  return signer.sign({ kind: 'typed-data', data: receiptTypedData(receipt) }, options);
}
