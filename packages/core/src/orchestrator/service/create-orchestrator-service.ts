import type { ContractValidator } from '../../capability/contract-validator.ts';
import { estimateUsage } from '../../capability/estimate-usage.ts';
import { sha256Hex } from '../../capability/sha256-hex.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Usage } from '../../payment/payment-provider.ts';
import { priceOf } from '../../price/price-of.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { OrchestratorInfo, OrchestratorService } from '../../protocol/orchestrator-service.ts';
import { parseInputJson, validatorOf } from '../jobs/accept-job.ts';
import type { Jobs } from '../jobs/create-jobs.ts';
import { type SelectedCapability, selectPlugin } from '../jobs/select-plugin.ts';
import type { OfferBoard } from '../offers/create-offer-board.ts';
import type { PaymentDesk } from '../payment/payment-desk.ts';
import type { PluginHost } from '../plugin-host.ts';
import { isLoopbackPeer } from './is-loopback-peer.ts';

const QUOTE_VALID_MS = 60_000;

/** Creates `byoc.orchestrator.v1` over its parts. */
export function createOrchestratorService(options: {
  /** With the local directory, told to loopback peers only. */
  info(): OrchestratorInfo;
  host: PluginHost;
  jobs: Jobs;
  offers: OfferBoard;
  desk: PaymentDesk;
  clock: Clock;
}): OrchestratorService {
  const { host, jobs, offers, desk, clock } = options;
  const validators = new Map<string, ContractValidator>();
  return {
    async getInfo(call) {
      const info = options.info();
      return isLoopbackPeer(call?.peer) ? info : { ...info, localDirectory: '' };
    },
    listOffers: async ({ capability }) => offers.list(capability),
    watchOffers: ({ capability }, call) => offers.watch(capability, { signal: call?.signal }),
    async getQuote({ capability, inputJson, paymentProvider }, call) {
      desk.provider(paymentProvider);
      const selected = selectPlugin(host.list(), capability);
      const input = parseInputJson(inputJson, selected.reference);
      const issues = validatorOf(selected, validators).validateInput(input);
      if (issues.length > 0)
        throw new ByocError('CAPABILITY_INPUT_INVALID', { capability: selected.reference, issues });
      const usage = await boundUsage(selected, { input, inputJson, signal: call?.signal });
      const { price } = selected.plugin;
      const quote = {
        ...{
          capability: selected.reference,
          contractDigest: selected.digest,
          inputSha256: sha256Hex(inputJson),
          usage,
          price,
        },
        maxCostWei: priceOf(price, usage),
        expiresAt: clock.now() + QUOTE_VALID_MS,
      };
      return { quote, signature: new Uint8Array() };
    },
    runJob: (frames, call) => jobs.runJob(frames, call),
    attachJob: (request, call) => jobs.attachJob(request, call),
    cancelJob: (request) => jobs.cancelJob(request),
    async getReceipt({ jobId, jobSecret }) {
      const { session, end: ended } = jobs.find(jobId, jobSecret);
      const end = ended ?? (session?.state === 'succeeded' ? await session.ended : undefined);
      if (end?.receiptJson === undefined) throw new ByocError('RECEIPT_NOT_FOUND', { jobId });
      const { receiptJson, receiptSignature = new Uint8Array(), endedAt } = end;
      return { receiptJson, signature: receiptSignature, endedAt };
    },
  };
}

/** The upper bound of each meter: from the contract, else from the worker; a meter without a price needs none. */
async function boundUsage(
  { plugin, contract, reference }: SelectedCapability,
  options: { input: unknown; inputJson: Uint8Array; signal: AbortSignal | undefined },
): Promise<Usage> {
  const estimated = estimateUsage(contract, options.input);
  const open = Object.keys(estimated).filter((meter) => estimated[meter] === undefined);
  let told: Usage = {};
  if (open.length > 0 && plugin.worker !== undefined) {
    const request = { capability: reference, inputJson: options.inputJson };
    // A worker without the feature says so with an error; then only meters without a price may stay open.
    told = await plugin.worker.service.estimateUsage(request, { signal: options.signal }).catch(() => ({}));
  }
  const usage: Record<string, bigint> = {};
  const unknown: string[] = [];
  for (const meter of Object.keys(estimated)) {
    const bound = estimated[meter] ?? told[meter];
    if (bound !== undefined) usage[meter] = bound;
    else if (plugin.price.meters[meter] !== undefined) unknown.push(meter);
  }
  if (unknown.length > 0) throw new ByocError('QUOTE_UNAVAILABLE', { capability: reference, meters: unknown });
  return usage;
}
