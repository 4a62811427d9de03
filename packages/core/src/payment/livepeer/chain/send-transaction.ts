import { numberToHex } from 'viem';
import { ByocError, isByocError } from '../../../errors/byoc-error.ts';
import type { Clock } from '../../../primitives/clock.ts';
import type { Signer } from '../../keys/signer.ts';
import { broadcastTransaction } from './broadcast-transaction.ts';
import { gasPrices } from './gas-prices.ts';
import type { Hex, LivepeerChain, MinedTransaction } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';
import { nextNonce } from './next-nonce.ts';
import { type GasFees, planGasFees } from './plan-gas-fees.ts';
import { RpcRefusal } from './rpc-refusal.ts';
import { signTransaction } from './sign-transaction.ts';

/** What is to be done on chain. */
export interface ChainAction {
  /** For errors: `withdraw the deposit`. */
  readonly action: string;
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** One of these events has to be in the receipt. */
  readonly event: string | undefined;
}

/** How it is sent. */
export interface SendOptions {
  /** Above this gas price nothing is sent. @default none */
  readonly gasPriceMaxWei?: bigint | undefined;
  /** How often to look for the receipt. @default 1000 */
  readonly pollMs?: number | undefined;
  /** After so long it is sent again with higher fees, in place of itself. @default 60000 */
  readonly replaceAfterMs?: number | undefined;
  /** @default 300000 */
  readonly waitMaxMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one transaction and waits until it is in a block. One nonce for all its replacements, so that it happens once.
 *
 * @throws ByocError CHAIN_TRANSACTION_REFUSED, CHAIN_BALANCE_TOO_LOW, CHAIN_GAS_TOO_DEAR, CHAIN_TRANSACTION_UNCONFIRMED,
 * CHAIN_UNAVAILABLE
 */
export async function sendTransaction(
  { chain, signer, clock }: { chain: LivepeerChain; signer: Signer; clock: Clock },
  action: ChainAction,
  options: SendOptions,
): Promise<MinedTransaction> {
  const { pollMs = 1_000, replaceAfterMs = 60_000, waitMaxMs = 300_000, gasPriceMaxWei, signal } = options;
  const refused = (reason: string) => new ByocError('CHAIN_TRANSACTION_REFUSED', { action: action.action, reason });
  const from = signer.address as Address;
  const gasLimit = (await estimateGas(chain, from, action, refused)) * 2n;
  const nonce = await nextNonce(chain, from);
  const sign = async (replaces: GasFees | undefined) => {
    const fees = planGasFees(await gasPrices(chain), { gasPriceMaxWei, replaces });
    const { to, data, valueWei } = action;
    const transaction = { chainId: chain.network.chainId, nonce, to, data, valueWei, gasLimit, ...fees };
    return { ...(await signTransaction(signer, transaction)), fees };
  };
  let current = await sign(undefined);
  await requireBalance(chain, from, action.valueWei + gasLimit * current.fees.maxFeePerGasWei);
  const sent = [current];
  const startedAt = clock.now();
  let sentAt = startedAt;
  for (let broadcast = true; ; ) {
    if (broadcast) {
      const result = await broadcastTransaction(chain.rpc, current.raw);
      if (result.type === 'refused') throw refused(result.reason);
      if (result.type === 'nonce-used' && (await findMined(chain, sent)) === undefined && sent.length === 1) {
        throw refused('another transaction of this wallet took its nonce');
      }
      broadcast = result.type === 'unknown';
    }
    const mined = await findMined(chain, sent);
    if (mined !== undefined) {
      if (!mined.isSuccess) throw refused('the transaction reverted');
      if (action.event !== undefined && !mined.events.includes(action.event)) {
        throw refused(`it is mined without the event ${action.event}`);
      }
      return mined;
    }
    if (clock.now() - startedAt >= waitMaxMs) {
      const facts = { action: action.action, hash: current.hash, waitedMs: clock.now() - startedAt };
      throw new ByocError('CHAIN_TRANSACTION_UNCONFIRMED', facts);
    }
    await clock.sleep(pollMs, signal === undefined ? {} : { signal });
    if (clock.now() - sentAt < replaceAfterMs) continue;
    const replacement = await sign(current.fees).catch((error: unknown) => {
      if (isByocError(error, 'CHAIN_GAS_TOO_DEAR')) return undefined;
      throw error;
    });
    sentAt = clock.now();
    if (replacement === undefined) continue;
    current = replacement;
    sent.push(current);
    broadcast = true;
  }
}

async function findMined(chain: LivepeerChain, sent: readonly { hash: Hex }[]): Promise<MinedTransaction | undefined> {
  for (const { hash } of sent) {
    // A chain that is silent for a moment is asked again.
    const mined = await chain.transaction(hash).catch(whenUnavailable);
    if (mined !== undefined) return mined;
  }
  return undefined;
}

function whenUnavailable(error: unknown): undefined {
  if (isByocError(error, 'CHAIN_UNAVAILABLE') || isByocError(error, 'CHAIN_ANSWERS_DIFFER')) return undefined;
  throw error;
}

async function estimateGas(
  chain: LivepeerChain,
  from: Address,
  { to, data, valueWei }: ChainAction,
  refused: (reason: string) => ByocError,
): Promise<bigint> {
  try {
    const call = { from, to, data, value: numberToHex(valueWei) };
    return BigInt((await chain.rpc.request({ method: 'eth_estimateGas', params: [call] })) as Hex);
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    if (/insufficient funds|insufficient balance/i.test(error.message))
      await requireBalance(chain, from, valueWei + 1n);
    throw refused(error.reason);
  }
}

async function requireBalance(chain: LivepeerChain, address: Address, neededWei: bigint): Promise<void> {
  const balanceWei = await chain.balanceWei(address);
  if (balanceWei >= neededWei) return;
  const facts = { address, balanceWei: String(balanceWei), neededWei: String(neededWei) };
  throw new ByocError('CHAIN_BALANCE_TOO_LOW', facts);
}
