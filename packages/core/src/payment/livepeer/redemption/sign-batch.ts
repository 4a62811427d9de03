import { ByocError } from '../../../errors/byoc-error.ts';
import { gasPrices } from '../chain/gas-prices.ts';
import type { Address } from '../chain/livepeer-network.ts';
import { nextNonce } from '../chain/next-nonce.ts';
import { planGasFees } from '../chain/plan-gas-fees.ts';
import { redeemBatchCall } from '../chain/redeem-call.ts';
import { signTransaction } from '../chain/sign-transaction.ts';
import type { RedemptionContext } from './redemption-context.ts';
import type { BatchAttempt, StoredWinner } from './redemption-rows.ts';

/**
 * Signs a transaction that redeems winners: the first of a batch, or one in the place of another, with its nonce and gas.
 *
 * @throws ByocError CHAIN_GAS_TOO_DEAR, CHAIN_BALANCE_TOO_LOW, CHAIN_UNAVAILABLE, SIGNER_*
 */
export async function signBatch(
  { chain, signer, host, options }: RedemptionContext,
  winners: readonly StoredWinner[],
  of: { readonly batchId: string; readonly gasLimit: bigint } | { readonly replaces: BatchAttempt },
): Promise<BatchAttempt> {
  const address = signer.address as Address;
  const replaces = 'replaces' in of ? of.replaces : undefined;
  const { batchId, gasLimit } = 'replaces' in of ? of.replaces : of;
  const { gasPriceMaxWei } = options;
  const fees = planGasFees(await gasPrices(chain), { gasPriceMaxWei, replaces: replaces?.fees });
  const neededWei = gasLimit * fees.maxFeePerGasWei;
  const balanceWei = await chain.balanceWei(address);
  if (balanceWei < neededWei) {
    const facts = { address, balanceWei: String(balanceWei), neededWei: String(neededWei) };
    throw new ByocError('CHAIN_BALANCE_TOO_LOW', facts);
  }
  // After what is mined, not after what is pending: an older transaction that nodes still hold is thereby replaced, never joined.
  const nonce = replaces?.nonce ?? (await nextNonce(chain, address, 'latest'));
  const signed = await signTransaction(signer, {
    ...{ chainId: chain.network.chainId, nonce, to: chain.contracts.ticketBroker, valueWei: 0n, gasLimit, ...fees },
    data: redeemBatchCall(winners),
  });
  return {
    batchId,
    attempt: (replaces?.attempt ?? 0) + 1,
    nonce,
    gasLimit,
    fees,
    signedAt: host.clock.now(),
    ...signed,
  };
}
