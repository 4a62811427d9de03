import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@byoc/core';
import {
  type Address,
  type LivepeerChain,
  localNetwork,
  openLivepeerChain,
  openLivepeerWallet,
} from '@byoc/core/payment/livepeer';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import type { RedeemOptions } from '../../packages/core/src/payment/livepeer/redemption/redemption-context.ts';
import { anvilSigner } from './anvil-signer.ts';
import { openRedeemingNode, type RedeemingNode } from './open-redeeming-node.ts';

/** A sender with 10 ETH deposit and 10 ETH reserve, and an active orchestrator, on a chain with the real contracts. */
export interface TicketWorld extends AsyncDisposable {
  readonly local: LocalChain;
  readonly chain: LivepeerChain;
  readonly sender: Address;
  readonly recipient: Address;
  mine(blocks: number): Promise<void>;
  /** Opens an orchestrator's rows in a file; the same file again is a restart. */
  open(
    file: string,
    options?: { chain?: LivepeerChain; clock?: Clock; redeem?: RedeemOptions },
  ): Promise<RedeemingNode>;
  /** A fresh file for `open`. */
  file(): string;
}

/** Starts the world. */
export async function startTicketWorld(): Promise<TicketWorld> {
  const local = await startLocalChain();
  const folder = await mkdtemp(join(tmpdir(), 'byoc-tickets-'));
  const chain = await openLivepeerChain({ network: localNetwork, urls: [local.url] });
  const signer = anvilSigner(1);
  const recipient = anvilSigner(2).address as Address;
  const ether = 10n ** 18n;
  await local.activate(recipient);
  const wallet = await openLivepeerWallet(chain, { signer, pollMs: 5 });
  await wallet.fund({ depositWei: 10n * ether, reserveWei: 10n * ether });
  let files = 0;
  return {
    local,
    chain,
    sender: signer.address as Address,
    recipient,
    async mine(blocks) {
      await local.request('anvil_mine', [`0x${blocks.toString(16)}`]);
    },
    file() {
      files += 1;
      return join(folder, `${files}.sqlite`);
    },
    open: async (file, { chain: seen = chain, ...options } = {}) =>
      openRedeemingNode(file, { chain: seen, ...options }),
    async [Symbol.asyncDispose]() {
      await local[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
