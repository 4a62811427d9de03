import type { SeenTransaction } from './signing-policy.ts';

/** Reads what an unsigned EIP-1559 transaction does and costs at most; undefined when it is anything else. Needs `viem`. */
export async function seeTransaction(unsigned: Uint8Array): Promise<SeenTransaction | undefined> {
  const { readTransaction } = await import('./read-transaction.ts');
  return readTransaction(unsigned);
}
