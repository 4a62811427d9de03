import { ByocError, isByocError } from '../../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import { greatestOf, leastOf } from '../../../primitives/least-of.ts';
import { type Logger, silentLogger } from '../../../primitives/logger.ts';
import type { Signer } from '../../keys/signer.ts';
import type { GatewayPaymentProvider } from '../../payment-provider.ts';
import { createChainWatcher } from '../chain/create-chain-watcher.ts';
import type { LivepeerChain } from '../chain/livepeer-chain.ts';
import type { Address } from '../chain/livepeer-network.ts';
import { checkSenderFunds } from '../sender/check-sender-funds.ts';
import { checkTicketParams, type SenderLimits } from '../sender/check-ticket-params.ts';
import { createTicketSender } from '../sender/create-ticket-sender.ts';
import { ticketCount } from '../sender/ticket-count.ts';
import { creditWei } from '../ticket/expected-value.ts';
import { encodeTicketPayment } from '../wire/encode-ticket-payment.ts';
import { decodeLivepeerTerms, encodeLivepeerPayment, type LivepeerTerms } from './livepeer-messages.ts';
import { LIVEPEER } from './livepeer-name.ts';
import { createOwnAccount, type OwnAccount } from './own-account.ts';
import { authorizationTypedData } from './payment-authorization.ts';

/** How a gateway pays with Livepeer's tickets. Amounts are wei. */
export interface LivepeerGatewayOptions extends SenderLimits {
  /** From `openLivepeerChain`. */
  readonly chain: LivepeerChain;
  /** Whose deposit and reserve pay. */
  readonly signer: Signer;
  /** Paid in when a job opens, at most; the rest when it is asked for while the job runs. @default all that it may cost */
  readonly openingWei?: bigint | undefined;
  /** How often to look at the chain. @default 5000 */
  readonly pollMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** A gateway's provider that watches the chain until it is closed. */
export interface LivepeerGatewayProvider extends GatewayPaymentProvider {
  close(): Promise<void>;
}

/**
 * Creates the gateway's side of `livepeer`. It signs tickets only on parameters that stay within its limits, its deposit and what
 * the job may cost, and leaves an orchestrator that forgets what it was paid.
 */
export async function openLivepeerGatewayProvider(options: LivepeerGatewayOptions): Promise<LivepeerGatewayProvider> {
  const { chain, signer, clock = systemClock, logger = silentLogger, pollMs, openingWei } = options;
  const payer = signer.address.toLowerCase() as Address;
  const sender = new Uint8Array(Buffer.from(payer.slice(2), 'hex'));
  const watcher = createChainWatcher(chain, { recipient: payer, pollMs, clock, logger });
  const tickets = createTicketSender(signer);
  const accounts = new Map<string, OwnAccount>();
  watcher.onView(async ({ head }) => tickets.forget(head.l1Block));
  await watcher.start();

  const accountOf = (orchestrator: string): OwnAccount => {
    const account = accounts.get(orchestrator) ?? createOwnAccount(orchestrator);
    accounts.set(orchestrator, account);
    return account;
  };

  /** Tells what is wrong with the own deposit before anybody else is asked. A chain that is silent says nothing of it. */
  async function checkFunds(): Promise<void> {
    try {
      const { lastInitializedRound } = watcher.view();
      checkSenderFunds({ address: signer.address, ...(await watcher.watch(payer)), lastInitializedRound });
    } catch (error) {
      if (!isByocError(error, 'CHAIN_UNAVAILABLE')) throw error;
    }
  }

  /** Signs tickets worth `neededWei` or a little more; returns what they are worth. */
  async function pay({ params }: LivepeerTerms, orchestrator: string, neededWei: bigint) {
    if (neededWei <= 0n) return { message: new Uint8Array(), worthWei: 0n };
    const refuse = (reason: string) => new ByocError('PAYMENT_TICKET_PARAMS_REFUSED', { reason });
    if (params === undefined) throw refuse('the orchestrator gives none');
    if (Buffer.compare(params.recipient, Buffer.from(orchestrator.slice(2), 'hex')) !== 0)
      throw refuse('they pay somebody else than the orchestrator');
    const { lastInitializedRound, head } = watcher.view();
    const funds = await watcher.watch(payer);
    const worth = creditWei(params);
    const count = ticketCount(neededWei, worth);
    const { ticketEvMaxWei = 3n * 10n ** 12n, totalEvMaxWei = 2n * 10n ** 13n, depositMultiplier } = options;
    checkTicketParams(
      params,
      { ...funds, lastInitializedRound, latestL1Block: head.l1Block },
      {
        // A dear job takes dear tickets; none is worth more than the job itself, save for the least that is worth a ticket.
        ...{ tickets: count, depositMultiplier, ticketEvMaxWei: greatestOf(ticketEvMaxWei, neededWei) },
        totalEvMaxWei: greatestOf(totalEvMaxWei, neededWei + BigInt(count)),
      },
    );
    if (worth * BigInt(count) < neededWei) throw refuse(`${count} tickets of ${worth} wei don't make ${neededWei} wei`);
    return { message: encodeTicketPayment(await tickets.sign(params, { count })), worthWei: worth * BigInt(count) };
  }

  return {
    name: LIVEPEER,
    payer,
    async open(job, { orchestrator, maxCostWei, terms }) {
      const account = accountOf(orchestrator.toLowerCase());
      let authorizedWei = openingWei !== undefined && openingWei < maxCostWei ? openingWei : maxCostWei;
      const isCovered = account.freeWei >= authorizedWei;
      if (!isCovered) await checkFunds();
      const stated = isCovered ? nothingAsked : decodeLivepeerTerms(await terms());
      if (stated !== nothingAsked) account.learn(stated.availableWei);
      const shortWei = authorizedWei - usable(account, authorizedWei);
      const reservation = account.reserve(authorizedWei);
      const write = async (asked: LivepeerTerms, neededWei: bigint): Promise<Uint8Array> => {
        const typed = authorizationTypedData({ orchestrator, jobId: job.jobId, authorizedWei });
        const { message, worthWei } = await pay(asked, orchestrator, neededWei);
        const signature = await signer.sign({ kind: 'typed-data', data: typed });
        reservation.paid(worthWei);
        return encodeLivepeerPayment({ sender, authorizedWei, signature, tickets: message });
      };
      const data = await write(stated, shortWei).catch((error: unknown) => {
        reservation.cancel();
        throw error;
      });
      return {
        data,
        get authorizedWei() {
          return authorizedWei;
        },
        async topUp({ data: asked, coverWei }) {
          if (coverWei > maxCostWei) {
            const facts = { jobId: job.jobId, wantedWei: String(coverWei), limitWei: String(maxCostWei) };
            throw new ByocError('PAYMENT_LIMIT_EXCEEDED', facts);
          }
          const demanded = decodeLivepeerTerms(asked);
          account.learn(demanded.availableWei);
          // What was allowed before was paid for before: asked for again, the word is given again and no more.
          const moreWei = coverWei > authorizedWei ? coverWei - authorizedWei : 0n;
          const neededWei = moreWei - usable(account, moreWei);
          authorizedWei += moreWei;
          reservation.raise(moreWei);
          return write(demanded, neededWei);
        },
        close: ({ chargedWei }) => reservation.close(chargedWei),
      };
    },
    close: () => watcher.close(),
  };
}

const nothingAsked: LivepeerTerms = { params: undefined, availableWei: 0n };

/** How much of what is wanted is there already. */
function usable({ freeWei }: OwnAccount, wantedWei: bigint): bigint {
  return leastOf(greatestOf(freeWei, 0n), wantedWei);
}
