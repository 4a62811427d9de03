import type { TypedData } from '../keys/typed-data.ts';
import type { Receipt } from './receipt.ts';
import { receiptMessage } from './receipt-message.ts';
import { receiptDomain, receiptTypes } from './receipt-types.ts';

/** A receipt as EIP-712 typed data, for a signer or a wallet. */
export function receiptTypedData(receipt: Receipt): TypedData {
  return { domain: receiptDomain, types: receiptTypes, primaryType: 'Receipt', message: receiptMessage(receipt) };
}
