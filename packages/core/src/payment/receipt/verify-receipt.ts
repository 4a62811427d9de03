import { ByocError } from '../../errors/byoc-error.ts';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import { chargeOf } from '../ledger/charge-of.ts';
import type { ReceiptBytes } from '../payment-provider.ts';
import { parseReceipt } from './parse-receipt.ts';
import type { Receipt } from './receipt.ts';
import { receiptSigner } from './receipt-signer.ts';

/** What the payer knows of a job by itself. A receipt that says anything else is wrong. */
export type ExpectedReceipt = Partial<Receipt> & Pick<Receipt, 'jobId' | 'orchestrator'>;

/**
 * Checks a receipt: the orchestrator signed it, it says what the payer knows, and its amount is what its own price, usage and
 * outcome come to, at most the quote.
 *
 * @param options.engine a faster engine, of `loadCryptoEngine`. @default plain JavaScript
 * @throws ByocError RECEIPT_INVALID
 */
export function verifyReceipt(
  { receiptJson, signature }: ReceiptBytes,
  expected: ExpectedReceipt,
  { engine }: { engine?: CryptoEngine | undefined } = {},
): Receipt {
  const receipt = parseReceipt(receiptJson);
  const fail = (reason: string) => new ByocError('RECEIPT_INVALID', { reason });
  const signer = receiptSigner(receipt, signature, engine);
  if (signer !== expected.orchestrator.toLowerCase()) {
    throw fail(`it is signed by ${signer ?? 'nobody'}, not by ${expected.orchestrator}`);
  }
  for (const [field, value] of Object.entries(expected)) {
    const wanted = field === 'orchestrator' ? (value as string).toLowerCase() : value;
    if (value !== undefined && !isSame(receipt[field as keyof Receipt], wanted))
      throw fail(`its \`${field}\` is another one`);
  }
  const usage = Object.fromEntries(Object.entries(receipt.usage).map(([meter, units]) => [meter, BigInt(units)]));
  const quote = { price: receipt.price, maxCostWei: BigInt(receipt.quoteWei) };
  const amountWei = chargeOf(quote, receipt.outcome, usage);
  // Less is the orchestrator's own affair: a refund, or a hold that ran out.
  if (BigInt(receipt.amountWei) > amountWei)
    throw fail(`it charges ${receipt.amountWei} wei for a job of ${amountWei} wei`);
  if (receipt.endedAt < receipt.startedAt) throw fail('it ends before it starts');
  return receipt;
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key)));
}
