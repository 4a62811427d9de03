import { leastOf } from '../../primitives/least-of.ts';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import type { PaymentHost } from '../payment-host.ts';
import type { JobPayer, OrchestratorPaymentProvider, PayableJob } from '../payment-provider.ts';
import { CREDIT, verifyCredit } from './credit-authorization.ts';

/**
 * Creates the orchestrator's side of `credit`: a balance that the operator grants, for callers that he trusts to settle with
 * him elsewhere. The caller proves its ETH address by a signature over each job. Without a grant nothing runs.
 *
 * @param options.engine a faster engine, of `loadCryptoEngine`. @default plain JavaScript
 */
export function createCreditOrchestratorProvider(
  options: { engine?: CryptoEngine | undefined } = {},
): OrchestratorPaymentProvider {
  let host: PaymentHost | undefined;
  const verify = (data: Uint8Array, job: PayableJob) => {
    const { orchestrator, clock } = host as PaymentHost;
    return verifyCredit(data, job, { orchestrator, now: clock.now(), engine: options.engine });
  };
  return {
    name: CREDIT,
    start(started) {
      host = started;
    },
    open(job, { maxCostWei, data }) {
      const { payer, amountWei } = verify(data, job);
      return creditPayer({ payer, authorizedWei: leastOf(amountWei, maxCostWei) }, (more) => verify(more, job));
    },
    resume(job, { payer, heldWei }) {
      return creditPayer({ payer, authorizedWei: heldWei }, (more) => verify(more, job));
    },
  };
}

function creditPayer(
  opened: { payer: string; authorizedWei: bigint },
  verify: (data: Uint8Array) => { payer: string; amountWei: bigint },
): JobPayer {
  let { authorizedWei } = opened;
  return {
    payer: opened.payer,
    get authorizedWei() {
      return authorizedWei;
    },
    accept(data) {
      const more = verify(data);
      // Totals: one that comes again, or late, changes nothing. The limit of the job is the ledger's.
      if (more.payer === opened.payer && more.amountWei > authorizedWei) authorizedWei = more.amountWei;
    },
    demand: () => new Uint8Array(),
  };
}
