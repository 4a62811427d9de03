import type { Clock } from '@byoc/core';
import {
  type Address,
  createNonceBook,
  createTicketReceiver,
  createTicketSender,
  issueTicketParams,
  type LivepeerChain,
  loadCryptoEngine,
  WIN_PROB_MAX,
} from '@byoc/core/payment/livepeer';
import { createChainWatcher } from '../../packages/core/src/payment/livepeer/chain/create-chain-watcher.ts';
import { livepeerMigrations } from '../../packages/core/src/payment/livepeer/provider/livepeer-migrations.ts';
import { redeemWinners } from '../../packages/core/src/payment/livepeer/redemption/redeem-winners.ts';
import type { RedeemOptions } from '../../packages/core/src/payment/livepeer/redemption/redemption-context.ts';
import { createRedemptionRows } from '../../packages/core/src/payment/livepeer/redemption/redemption-rows.ts';
import { anvilSigner } from './anvil-signer.ts';
import { openPaymentHost } from './payment-host.ts';

const engine = await loadCryptoEngine();
const secret = Buffer.alloc(32, 0x11);
const ether = 10n ** 18n;
const bytesOf = (address: string) => new Uint8Array(Buffer.from(address.slice(2), 'hex'));

/** An orchestrator, as far as tickets go. */
export interface RedeemingNode {
  readonly host: ReturnType<typeof openPaymentHost>;
  readonly rows: ReturnType<typeof createRedemptionRows>;
  /** Takes `count` tickets that all win, and returns their hashes. */
  win(count: number, options?: { faceValueWei?: bigint; seed?: number }): Promise<string[]>;
  /** One look at the chain, and one step on with every winner. */
  step(): Promise<void>;
  /** `redeemed 3` and so on. */
  phases(): Record<string, number>;
  close(): void;
}

/** Opens the rows of anvil's third account in a file; the same file again is a restart. Tickets come from its second account. */
export function openRedeemingNode(
  file: string,
  { chain, clock, redeem = {} }: { chain: LivepeerChain; clock?: Clock | undefined; redeem?: RedeemOptions },
): RedeemingNode {
  const sender = anvilSigner(1);
  const recipient = anvilSigner(2).address as Address;
  const host = openPaymentHost(file, livepeerMigrations, clock === undefined ? {} : { clock });
  const rows = createRedemptionRows(host);
  const nonces = createNonceBook({ used: rows.listNonces(), retired: rows.listRetired() });
  const tickets = createTicketSender(sender);
  const watcher = createChainWatcher(chain, { recipient, clock: host.clock });
  const context = {
    ...{ chain, signer: anvilSigner(2), host, rows, nonces, options: redeem },
    senderOf: (address: Address) => watcher.watch(address),
  };
  return {
    host,
    rows,
    async win(count, { faceValueWei = ether / 100n, seed = 1 } = {}) {
      const head = await chain.head();
      const { creationRound, creationRoundBlockHash } = await chain.round(head);
      const params = issueTicketParams(engine, secret, {
        ...{ recipient: bytesOf(recipient), sender: bytesOf(sender.address), purpose: 'test' },
        ...{ seed: Buffer.alloc(32, seed), faceValueWei, winProb: WIN_PROB_MAX, creationRound },
        expirationBlock: head.l1Block + 2n,
        creationRoundBlockHash: bytesOf(creationRoundBlockHash),
      });
      const receiver = createTicketReceiver({
        ...{ engine, secret, nonces, recipient: bytesOf(recipient) },
        store: ({ used, winners, creditWei }) =>
          host.transaction(() => {
            for (const nonce of used) rows.useNonce(nonce);
            for (const winner of winners)
              rows.insertWinner(winner, head.blockNumber, { capability: 'test', at: host.clock.now() });
            host.accounts.credit(sender.address, { creditId: String(seed), amountWei: creditWei });
          }),
      });
      const view = { latestL1Block: head.l1Block, lastInitializedRound: creationRound, ticketValidityRounds: 2n };
      const payment = await tickets.sign(params, { count });
      const { winners } = receiver.receive(payment, { purpose: 'test', view: { ...view, withdrawRound: 0n } });
      return winners.map(({ hash }) => Buffer.from(hash).toString('hex'));
    },
    async step() {
      await watcher.refresh();
      await redeemWinners(context, watcher.view());
    },
    phases() {
      const counts: Record<string, number> = {};
      for (const { redemption } of rows.list(1000)) counts[redemption.phase] = (counts[redemption.phase] ?? 0) + 1;
      return counts;
    },
    close: () => host.close(),
  };
}
