import { randomBytes } from 'node:crypto';
import { ByocError, isByocError } from '../../../errors/byoc-error.ts';
import { greatestOf, leastOf } from '../../../primitives/least-of.ts';
import type { PaymentHost } from '../../payment-host.ts';
import type { JobPayer, PayableJob, PaymentIntent, PaymentTermsRequest } from '../../payment-provider.ts';
import { type ChainView, createChainWatcher, type WatchedSender } from '../chain/create-chain-watcher.ts';
import type { Address } from '../chain/livepeer-network.ts';
import { loadCryptoEngine } from '../engine/load-crypto-engine.ts';
import { createTicketReceiver, type ReceivedTickets } from '../recipient/create-ticket-receiver.ts';
import { issueTicketParams, PARAMS_LIFE_BLOCKS } from '../recipient/issue-ticket-params.ts';
import { maxFloatWei } from '../recipient/max-float-wei.ts';
import { createNonceBook } from '../recipient/nonce-book.ts';
import { planTicketWorth } from '../recipient/plan-ticket-worth.ts';
import { redeemWinners } from '../redemption/redeem-winners.ts';
import { createRedemptionRows } from '../redemption/redemption-rows.ts';
import { decodeTicketPayment } from '../wire/decode-ticket-payment.ts';
import type { LivepeerOrchestratorOptions, LivepeerWinner } from './create-livepeer-orchestrator-provider.ts';
import { decodeLivepeerPayment, encodeLivepeerTerms } from './livepeer-messages.ts';
import { authorizationSigner } from './payment-authorization.ts';
import { purposeCapability, ticketPurpose } from './ticket-purpose.ts';

/** Nonces are kept so much longer than their parameters: a reorganisation that takes the chain back revives none. */
const NONCE_MARGIN_BLOCKS = 100n;

/** Where tickets are taken, once the provider was started. */
export interface LivepeerDesk {
  terms(request: PaymentTermsRequest): Uint8Array | Promise<Uint8Array>;
  open(job: PayableJob, intent: PaymentIntent): JobPayer | Promise<JobPayer>;
  resume(job: PayableJob, options: { payer: string; heldWei: bigint }): JobPayer;
  winners(): readonly LivepeerWinner[];
  /** Why it gives no ticket parameters at the moment. */
  problem(): ByocError | undefined;
  close(): Promise<void>;
}

/** What pays for a job, while it is asked for. */
type Purpose = Pick<PaymentTermsRequest, 'capability' | 'price'>;

/** Opens the desk: rows, nonces, and a watch on the chain that redeems with each look. */
export async function openLivepeerDesk(host: PaymentHost, options: LivepeerOrchestratorOptions): Promise<LivepeerDesk> {
  const { chain, signer, secret, whenChainIsDown = 'serve', pollMs, staleMs } = options;
  const { logger, clock } = host;
  const engine = await loadCryptoEngine({ logger });
  const recipient = bytesOf(signer.address);
  const rows = createRedemptionRows(host);
  const nonces = createNonceBook({ used: rows.listNonces(), retired: rows.listRetired() });
  const watcher = createChainWatcher(chain, { recipient: signer.address as Address, pollMs, staleMs, clock, logger });
  const senderOf = (address: Address) => watcher.watch(address);
  const { redeem = {} } = options;
  watcher.onView(async (view) => {
    const forgotten = view.head.l1Block - NONCE_MARGIN_BLOCKS;
    host.transaction(() => rows.forget(forgotten));
    nonces.forget(forgotten);
    if (redeem === false) return;
    // The next look goes on where this one stopped.
    await redeemWinners({ chain, signer, host, rows, nonces, senderOf, options: redeem }, view).catch(
      (error: unknown) => logger.warn({ error: isByocError(error) ? error.code : String(error) }, 'redeeming failed'),
    );
  });
  await watcher.start();

  const receiver = createTicketReceiver({ engine, recipient, secret, nonces, store: storeTickets });
  function storeTickets({ used, winners, creditWei, sender, purpose }: ReceivedTickets): void {
    const [first] = used;
    if (first === undefined) return;
    const { blockNumber } = watcher.view().head;
    const sale = { capability: purposeCapability(purpose), at: clock.now() };
    host.transaction(() => {
      for (const nonce of used) rows.useNonce(nonce);
      for (const winner of winners) rows.insertWinner(winner, blockNumber, sale);
      rows.addReceived(sale, { tickets: used.length, worthWei: creditWei });
      // Each nonce is used once, so the first of a payment names its credit.
      const creditId = `${first.randHash}:${first.senderNonce}`;
      host.accounts.credit(hexOf(sender), { creditId, amountWei: creditWei });
    });
  }

  const pendingWei = (sender: string): bigint =>
    rows.listOpen().reduce((sum, winner) => {
      const isPending = winner.redemption.phase !== 'mined' && hexOf(winner.sender) === sender;
      return isPending ? sum + winner.faceValueWei : sum;
    }, 0n);

  /** Takes tickets; throws when none counts for another reason than that it counted before. */
  function take(tickets: Uint8Array, sender: string, purpose: string, money: WatchedSender, view: ChainView): void {
    const payment = decodeTicketPayment(tickets);
    const refuse = (reason: string) => new ByocError('PAYMENT_TICKETS_REFUSED', { sender, reason });
    if (hexOf(payment.sender) !== sender) throw refuse('they are from another sender than the authorization');
    const payableWei = money.depositWei + money.claimableWei - pendingWei(sender);
    const { faceValueWei } = payment.params;
    if (faceValueWei > payableWei)
      throw refuse(`${faceValueWei} wei can't be paid from what its deposit and reserve have left, ${payableWei} wei`);
    const { lastInitializedRound, ticketValidityRounds, head } = view;
    const seen = { lastInitializedRound, ticketValidityRounds, latestL1Block: head.l1Block };
    const received = receiver.receive(payment, { purpose, view: { ...seen, withdrawRound: money.withdrawRound } });
    for (const { senderNonce, reason } of received.refused)
      logger.warn({ sender, senderNonce, reason }, 'ticket refused');
    const fault = received.refused.find(({ reason }) => reason !== 'nonce-seen');
    if (received.used.length === 0 && fault !== undefined) throw refuse(fault.reason.replaceAll('-', ' '));
  }

  /** Takes what a payer sent for a job, and returns its word. Waits for nothing when the sender is known. */
  function accept(job: PayableJob, data: Uint8Array, expected?: string): Accepted | Promise<Accepted> {
    const { sender: bytes, authorizedWei, signature, tickets } = decodeLivepeerPayment(data);
    const sender = hexOf(bytes);
    const authorization = { orchestrator: host.orchestrator, jobId: job.jobId, authorizedWei };
    const signedBy = authorizationSigner(engine, authorization, signature);
    if (signedBy !== sender || (expected !== undefined && sender !== expected))
      throw new ByocError('PAYMENT_AUTHORIZATION_INVALID', { jobId: job.jobId, payer: expected ?? sender });
    const accepted = { payer: sender, authorizedWei };
    if (tickets.length === 0) {
      if (whenChainIsDown === 'refuse') watcher.view();
      return accepted;
    }
    const purpose = ticketPurpose(job);
    const money = watcher.sender(sender as Address);
    if (money !== undefined) {
      take(tickets, sender, purpose, money, watcher.view());
      return accepted;
    }
    return watcher.watch(sender as Address).then((found) => {
      take(tickets, sender, purpose, found, watcher.view());
      return accepted;
    });
  }

  /** A ticket that can't be redeemed is worth nothing: it would be work for free. */
  function problem(): ByocError | undefined {
    try {
      if (watcher.view().isActive) return undefined;
      return new ByocError('PAYMENT_RECIPIENT_NOT_ACTIVE', { orchestrator: signer.address });
    } catch (error) {
      if (isByocError(error)) return error;
      throw error;
    }
  }

  const termsFor = async (payer: string, coverWei: bigint, purpose: Purpose): Promise<Uint8Array> => {
    const { availableWei } = payer === '' ? { availableWei: 0n } : host.accounts.get(payer);
    if (payer === '') return encodeLivepeerTerms({ params: undefined, availableWei });
    const fault = problem();
    if (fault !== undefined) {
      if (whenChainIsDown === 'refuse' || availableWei < coverWei) throw fault;
      // What was paid in before covers it: no ticket is needed.
      return encodeLivepeerTerms({ params: undefined, availableWei });
    }
    const view = watcher.view();
    const money = await watcher.watch(payer as Address);
    const { ticketsPerJob = 10, ticketEvMinWei = 8_000_000_000n, txCostMultiplier, faceValueMaxWei } = options;
    const { ticketEvMaxWei } = options;
    const share = (coverWei + BigInt(ticketsPerJob) - 1n) / BigInt(ticketsPerJob);
    const wishedWei = greatestOf(share, ticketEvMinWei);
    const targetEvWei = ticketEvMaxWei === undefined ? wishedWei : leastOf(wishedWei, ticketEvMaxWei);
    const floatWei = maxFloatWei({ ...money, pendingWei: pendingWei(payer) });
    const worth = planTicketWorth({
      ...{ sender: payer, txCostMultiplier, targetEvWei },
      ...{ redeemGas: chain.network.redeemGas, gasPriceWei: view.gasPriceWei },
      // What a sender would refuse to sign is not offered: a face value above its deposit.
      maxFloatWei: leastOf(floatWei, money.depositWei),
      faceValueMaxWei,
    });
    const params = issueTicketParams(engine, secret, {
      ...{ recipient, sender: bytesOf(payer), purpose: ticketPurpose(purpose), seed: randomBytes(32), ...worth },
      ...{ expirationBlock: view.head.l1Block + PARAMS_LIFE_BLOCKS, creationRound: view.creationRound },
      creationRoundBlockHash: bytesOf(view.creationRoundBlockHash),
    });
    return encodeLivepeerTerms({ params, availableWei });
  };

  const payerOf = (job: PayableJob, first: Accepted): JobPayer => {
    let { authorizedWei } = first;
    return {
      payer: first.payer,
      get authorizedWei() {
        return authorizedWei;
      },
      async accept(data) {
        const more = await accept(job, data, first.payer);
        // A total: an older word that comes late takes nothing back.
        if (more.authorizedWei > authorizedWei) authorizedWei = more.authorizedWei;
      },
      demand: (coverWei) => termsFor(first.payer, greatestOf(coverWei - authorizedWei, 0n), job),
    };
  };

  return {
    terms: ({ payer, maxCostWei, ...purpose }) => termsFor(payer, maxCostWei, purpose),
    open(job, { data }) {
      const accepted = accept(job, data);
      return accepted instanceof Promise ? accepted.then((first) => payerOf(job, first)) : payerOf(job, accepted);
    },
    resume: (job, { payer, heldWei }) => payerOf(job, { payer, authorizedWei: heldWei }),
    winners: () =>
      rows.list(1000).map(({ hash, sender, faceValueWei, redemption: { phase, reason } }) => ({
        ...{ ticket: hexOf(hash), sender: hexOf(sender), faceValueWei, phase, reason },
      })),
    problem,
    close: () => watcher.close(),
  };
}

interface Accepted {
  readonly payer: string;
  readonly authorizedWei: bigint;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
