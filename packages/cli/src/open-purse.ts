import type { GatewayPaymentProvider, Signer } from '@byoc/core/payment';
import { createCreditGatewayProvider } from '@byoc/core/payment/credit';
import { createFreeGatewayProvider } from '@byoc/core/payment/free';
import { openLivepeerGatewayProvider } from '@byoc/core/payment/livepeer';
import { openSigner, requireSigner } from './keys/open-signer.ts';
import { openChain } from './network-options.ts';
import { parseWei } from './parse-wei.ts';
import type { PayArguments } from './pay-options.ts';

/**
 * What a command pays with, the preferred first. What is free needs no key: the wallet of the data directory is opened only for who
 * says `--pay`. The gateway closes all of them.
 *
 * @throws ByocError WALLET_MISSING, KEY_INVALID, KEYSTORE_*, SIGNER_*, CHAIN_*
 */
export async function openPurse(args: PayArguments & { dataDir: string }): Promise<GatewayPaymentProvider[]> {
  const free = createFreeGatewayProvider();
  const isKeyNamed = Boolean(args.signer ?? args.keystore ?? process.env['BYOC_ETH_KEY']);
  if (args.pay === undefined && !isKeyNamed) return [free];
  const signer = args.pay === undefined ? await openSigner(args) : await requireSigner(args);
  if (signer === undefined) return [free];
  const providers: GatewayPaymentProvider[] = [];
  for (const way of new Set(args.pay ?? ['credit']))
    providers.push(await (way === 'credit' ? openCredit : openTickets)(args, signer));
  // The last that is closed: the others sign until then.
  return [...providers, { ...free, close: async () => signer.close() }];
}

async function openCredit(args: PayArguments, signer: Signer): Promise<GatewayPaymentProvider> {
  return createCreditGatewayProvider({ signer, firstWei: payAheadWei(args) });
}

async function openTickets(args: PayArguments, signer: Signer): Promise<GatewayPaymentProvider> {
  const chain = await openChain(args);
  return openLivepeerGatewayProvider({ chain, signer, openingWei: payAheadWei(args) });
}

function payAheadWei({ payAhead }: PayArguments): bigint | undefined {
  return payAhead === undefined ? undefined : parseWei(payAhead);
}
