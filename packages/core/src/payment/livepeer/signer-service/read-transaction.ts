import { bytesToHex, parseTransaction } from 'viem';
import type { SeenTransaction } from './signing-policy.ts';

/** Reads an unsigned EIP-1559 transaction; undefined when it is anything else. */
export function readTransaction(unsigned: Uint8Array): SeenTransaction | undefined {
  if (unsigned[0] !== 2) return undefined;
  try {
    const transaction = parseTransaction(bytesToHex(unsigned));
    if (transaction.type !== 'eip1559' || transaction.r !== undefined) return undefined;
    const { chainId, to, data = '0x', value = 0n, gas = 0n, maxFeePerGas = 0n } = transaction;
    return { chainId, to: to ?? undefined, data, costMaxWei: value + gas * maxFeePerGas };
  } catch {
    return undefined;
  }
}
