import type { TypedValue } from '../keys/typed-data.ts';
import type { Receipt } from './receipt.ts';

/**
 * The EIP-712 message of a receipt: digests as `bytes32` (zeros for none), meters and prices as lists sorted by name, so that any
 * wallet can show and sign it.
 */
export function receiptMessage(receipt: Receipt): Readonly<Record<string, TypedValue>> {
  const { jobId, capability, outcome, paymentProvider, orchestrator } = receipt;
  return {
    jobId,
    capability,
    outcome,
    paymentProvider,
    orchestrator,
    payer: receipt.payer === '' ? `0x${'0'.repeat(40)}` : receipt.payer,
    contractDigest: bytes32(receipt.contractDigest),
    imageDigest: bytes32(receipt.imageDigest),
    modelDigests: receipt.modelDigests.map(bytes32),
    inputSha256: bytes32(receipt.inputSha256),
    outputSha256: bytes32(receipt.outputSha256),
    usage: sorted(receipt.usage).map(([name, units]) => ({ name, units: BigInt(units) })),
    baseWei: BigInt(receipt.price.baseWei),
    basePer: BigInt(receipt.price.basePer ?? '1'),
    prices: sorted(receipt.price.meters).map(([meter, { amountWei, per }]) => ({
      meter,
      amountWei: BigInt(amountWei),
      per: BigInt(per),
    })),
    quoteWei: BigInt(receipt.quoteWei),
    amountWei: BigInt(receipt.amountWei),
    startedAt: BigInt(receipt.startedAt),
    endedAt: BigInt(receipt.endedAt),
  };
}

function bytes32(digest: string): string {
  return `0x${digest.replace('sha256:', '').padStart(64, '0')}`;
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
