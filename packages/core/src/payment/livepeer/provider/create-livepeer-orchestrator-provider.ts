import { ByocError } from '../../../errors/byoc-error.ts';
import type { Signer } from '../../keys/signer.ts';
import type { OrchestratorPaymentProvider } from '../../payment-provider.ts';
import type { LivepeerChain } from '../chain/livepeer-chain.ts';
import type { GiveUpReason, RedemptionPhase } from '../redemption/redemption.ts';
import type { RedeemOptions } from '../redemption/redemption-context.ts';
import { livepeerBooks } from './livepeer-books.ts';
import { livepeerMigrations } from './livepeer-migrations.ts';
import { LIVEPEER } from './livepeer-name.ts';
import type { LivepeerDesk } from './open-livepeer-desk.ts';

/** How an orchestrator is paid with Livepeer's tickets. Amounts are wei. */
export interface LivepeerOrchestratorOptions {
  /** From `openLivepeerChain`. */
  readonly chain: LivepeerChain;
  /** The orchestrator's own key: tickets are made out to it, and it pays the gas of redeeming them. */
  readonly signer: Signer;
  /** From `loadTicketSecret`. */
  readonly secret: Uint8Array;
  /** A job is paid with so many tickets, unless one would then be worth less than `ticketEvMinWei`. @default 10 */
  readonly ticketsPerJob?: number | undefined;
  /** What a ticket is worth on average, at least. @default 8000000000n */
  readonly ticketEvMinWei?: bigint | undefined;
  /** What a ticket is worth on average, at most. A job that takes more than 600 of them is paid in steps. @default none */
  readonly ticketEvMaxWei?: bigint | undefined;
  /** A face value is so many times the gas of redeeming it. @default 100n */
  readonly txCostMultiplier?: bigint | undefined;
  /** No ticket has a higher face value. @default none */
  readonly faceValueMaxWei?: bigint | undefined;
  /**
   * While the chain is silent: `serve` lets a job run from a balance that was paid in before, `refuse` lets none. Tickets are never
   * taken then. @default 'serve'
   */
  readonly whenChainIsDown?: 'serve' | 'refuse' | undefined;
  /** Limits on redeeming; `false`: winners are only written down, for a later start to redeem. */
  readonly redeem?: RedeemOptions | false | undefined;
  /** How often to look at the chain. @default 5000 */
  readonly pollMs?: number | undefined;
  /** The chain counts as down when nothing was heard of it for so long. @default 60000 */
  readonly staleMs?: number | undefined;
}

/** A ticket that won, and where it is on its way to the chain. */
export interface LivepeerWinner {
  /** The ticket's hash, hex. */
  readonly ticket: string;
  /** Lower-case ETH address. */
  readonly sender: string;
  readonly faceValueWei: bigint;
  readonly phase: RedemptionPhase;
  /** Why it was given up. */
  readonly reason: GiveUpReason | undefined;
}

/** An orchestrator's provider that tells of its winners. */
export interface LivepeerOrchestratorProvider extends OrchestratorPaymentProvider {
  /** The newest winners first, 1000 at most. @throws ByocError CHAIN_UNAVAILABLE before it was started */
  winners(): readonly LivepeerWinner[];
}

/**
 * Creates the orchestrator's side of `livepeer`: tickets become credit by what they are worth on average, winners are written down
 * before that and redeemed later. Needs `viem`.
 */
export function createLivepeerOrchestratorProvider(options: LivepeerOrchestratorOptions): LivepeerOrchestratorProvider {
  let desk: LivepeerDesk | undefined;
  const open = (): LivepeerDesk => {
    if (desk === undefined) throw new ByocError('CHAIN_UNAVAILABLE', { reason: 'its provider was not started' });
    return desk;
  };
  return {
    name: LIVEPEER,
    migrations: livepeerMigrations,
    books: livepeerBooks,
    async start(host) {
      const { openLivepeerDesk } = await import('./open-livepeer-desk.ts');
      desk = await openLivepeerDesk(host, options);
    },
    terms: (request) => open().terms(request),
    open: (job, intent) => open().open(job, intent),
    resume: (job, { payer, heldWei }) => open().resume(job, { payer, heldWei }),
    winners: () => open().winners(),
    problem: () => open().problem(),
    async close() {
      await desk?.close();
    },
  };
}
