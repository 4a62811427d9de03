import { ByocError } from '../../errors/byoc-error.ts';
import { isFree } from '../../price/is-free.ts';
import type { JobPayer, OrchestratorPaymentProvider, PayableJob } from '../payment-provider.ts';

/** On the wire. */
export const FREE = 'free';

/** Creates the orchestrator's side of `free`: no money moves. It refuses a job whose price sheet asks for any. */
export function createFreeOrchestratorProvider(): OrchestratorPaymentProvider {
  return { name: FREE, open, resume: open };
}

function open(job: PayableJob): JobPayer {
  if (!isFree(job.price)) throw new ByocError('PAYMENT_PRICE_NOT_FREE', { capability: job.capability, provider: FREE });
  return nobody;
}

const nobody: JobPayer = {
  payer: '',
  authorizedWei: 0n,
  accept: () => {},
  demand: () => new Uint8Array(),
};
