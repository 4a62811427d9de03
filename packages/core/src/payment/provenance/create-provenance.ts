import type { ReceiptBytes } from '../payment-provider.ts';
import { parseReceipt } from '../receipt/parse-receipt.ts';
import type { Provenance } from './provenance.ts';

/**
 * Puts together what says where the files of a job come from. The receipt should have been checked: see `JobResult.payment`.
 *
 * @throws ByocError RECEIPT_INVALID
 * @example
 * const { receipt, outputJson } = await gateway.run(generate, input, { receipt: true }).result;
 * if (receipt !== undefined) await writeFile('out.png.provenance.json', JSON.stringify(createProvenance(receipt, outputJson)));
 */
export function createProvenance({ receiptJson, signature }: ReceiptBytes, outputJson: Uint8Array): Provenance {
  return {
    format: 'byoc-provenance',
    version: 1,
    receipt: parseReceipt(receiptJson),
    signature: `0x${Buffer.from(signature).toString('hex')}`,
    output: new TextDecoder('utf-8', { ignoreBOM: true }).decode(outputJson),
  };
}
