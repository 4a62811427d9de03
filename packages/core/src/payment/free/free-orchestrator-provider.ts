import { ByocError } from '../../errors/byoc-error.ts';
import { isFree } from '../../price/is-free.ts';
import type { OrchestratorPaymentProvider, PaymentHold } from '../payment-provider.ts';

/** On the wire. */
export const FREE = 'free';

/**
 * Creates the orchestrator's side of `free`: no money moves. It refuses a job whose price sheet asks for any, signs no
 * quote and gives no receipt.
 */
export function createFreeOrchestratorProvider(): OrchestratorPaymentProvider {
  return {
    name: FREE,
    signQuote: async () => new Uint8Array(),
    async authorize(job) {
      if (!isFree(job.price)) {
        throw new ByocError('PAYMENT_PRICE_NOT_FREE', { capability: job.capability, provider: FREE });
      }
      return hold;
    },
  };
}

/** Holds nothing and so has no state: settling twice is the same as once. */
const hold: PaymentHold = {
  charge: async () => undefined,
  accept: async () => {},
  settle: async () => ({ amountWei: 0n, receipt: undefined }),
};
