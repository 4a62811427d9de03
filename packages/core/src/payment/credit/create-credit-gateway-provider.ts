import { leastOf } from '../../primitives/least-of.ts';
import type { Signer } from '../keys/signer.ts';
import type { GatewayPaymentProvider } from '../payment-provider.ts';
import { CREDIT, signCredit } from './credit-authorization.ts';

/** How a payer uses its credit. */
export interface CreditGatewayOptions {
  /** Signs for the address that the balance was granted to. */
  readonly signer: Signer;
  /** Lets at most so much be taken at first; the rest follows while the job runs. @default the whole limit of the job */
  readonly firstWei?: bigint | undefined;
}

/**
 * Creates the gateway's side of `credit`: each job carries a signature that lets the orchestrator take up to a total of the
 * balance that it was granted there.
 *
 * @example
 * createGateway({ sources, payment: [createCreditGatewayProvider({ signer })] })
 */
export function createCreditGatewayProvider({ signer, firstWei }: CreditGatewayOptions): GatewayPaymentProvider {
  return {
    name: CREDIT,
    payer: signer.address.toLowerCase(),
    async open(job, { orchestrator, maxCostWei, deadline: expiresAt }) {
      const authorizedWei = firstWei === undefined ? maxCostWei : leastOf(maxCostWei, firstWei);
      const sign = (amountWei: bigint) => signCredit(job, { orchestrator, signer, amountWei, expiresAt });
      return {
        data: await sign(authorizedWei),
        authorizedWei,
        topUp: ({ coverWei }) => sign(coverWei),
        close() {},
      };
    },
  };
}
