import { ByocError } from '../../errors/byoc-error.ts';
import { isFree } from '../../price/is-free.ts';
import type { GatewayPaymentProvider } from '../payment-provider.ts';
import { FREE } from './free-orchestrator-provider.ts';

/**
 * Creates the gateway's side of `free`: it pays nothing. It refuses an offer with a price before the job is sent, and any
 * demand for money while the job runs.
 */
export function createFreeGatewayProvider(): GatewayPaymentProvider {
  return {
    name: FREE,
    payer: '',
    open(job) {
      if (!isFree(job.price))
        throw new ByocError('PAYMENT_PRICE_NOT_FREE', { capability: job.capability, provider: FREE });
      return {
        data: new Uint8Array(),
        authorizedWei: 0n,
        async topUp({ coverWei }) {
          if (coverWei === 0n) return new Uint8Array();
          const wantedWei = String(coverWei);
          throw new ByocError('PAYMENT_LIMIT_EXCEEDED', { jobId: job.jobId, wantedWei, limitWei: '0' });
        },
        close() {},
      };
    },
  };
}
