import { bytesToHex, hexToBytes, keccak256, serializeTransaction } from 'viem';
import type { Signer } from '../../keys/signer.ts';
import type { Hex } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';
import type { GasFees } from './plan-gas-fees.ts';

/** A transaction (EIP-1559) before it is signed. */
export interface UnsignedTransaction extends GasFees {
  readonly chainId: number;
  readonly nonce: number;
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gasLimit: bigint;
}

/** Signs a transaction: what is sent, and the hash it goes by. */
export async function signTransaction(
  signer: Signer,
  { chainId, nonce, to, data, valueWei, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei }: UnsignedTransaction,
): Promise<{ raw: Hex; hash: Hex }> {
  const transaction = {
    ...({ type: 'eip1559', chainId, nonce, to, data, value: valueWei, gas: gasLimit } as const),
    maxFeePerGas: maxFeePerGasWei,
    maxPriorityFeePerGas: maxPriorityFeePerGasWei,
  };
  const signature = await signer.sign({
    kind: 'transaction',
    transaction: hexToBytes(serializeTransaction(transaction)),
  });
  const raw = serializeTransaction(transaction, {
    r: bytesToHex(signature.subarray(0, 32)),
    s: bytesToHex(signature.subarray(32, 64)),
    yParity: (signature[64] as number) - 27,
  });
  return { raw, hash: keccak256(raw) };
}
