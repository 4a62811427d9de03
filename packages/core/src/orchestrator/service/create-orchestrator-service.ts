import type { ContractValidator } from '../../capability/contract-validator.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Signer } from '../../payment/keys/signer.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { OrchestratorInfo, OrchestratorService } from '../../protocol/orchestrator-service.ts';
import type { Jobs } from '../jobs/create-jobs.ts';
import { isJobEnded } from '../jobs/job-state.ts';
import type { OfferBoard } from '../offers/create-offer-board.ts';
import type { PaymentDesk } from '../payment/payment-desk.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { PluginHost } from '../plugin-host.ts';
import { isLoopbackPeer } from './is-loopback-peer.ts';
import { makeQuote } from './make-quote.ts';

/** Creates `byoc.orchestrator.v1` over its parts. */
export function createOrchestratorService(options: {
  /** With the local directory, told to loopback peers only. */
  info(): OrchestratorInfo;
  host: PluginHost;
  jobs: Jobs;
  offers: OfferBoard;
  desk: PaymentDesk;
  prices: PriceBook;
  signer: Signer;
  clock: Clock;
}): OrchestratorService {
  const { jobs, offers } = options;
  const validators = new Map<string, ContractValidator>();
  return {
    async getInfo(call) {
      const info = options.info();
      return isLoopbackPeer(call?.peer) ? info : { ...info, localDirectory: '' };
    },
    listOffers: async ({ capability }) => offers.list(capability),
    watchOffers: ({ capability }, call) => offers.watch(capability, { signal: call?.signal }),
    getQuote: (request, call) => makeQuote(request, { ...options, validators }, call),
    runJob: (frames, call) => jobs.runJob(frames, call),
    attachJob: (request, call) => jobs.attachJob(request, call),
    payJob: (request) => jobs.payJob(request),
    cancelJob: (request) => jobs.cancelJob(request),
    async getReceipt({ jobId, jobSecret }) {
      const { session, end: ended } = jobs.find(jobId, jobSecret);
      const end = ended ?? (session !== undefined && isJobEnded(session.state) ? await session.ended : undefined);
      if (end?.receiptJson === undefined) throw new ByocError('RECEIPT_NOT_FOUND', { jobId });
      const { receiptJson, receiptSignature = new Uint8Array(), endedAt } = end;
      return { receiptJson, signature: receiptSignature, endedAt };
    },
  };
}
