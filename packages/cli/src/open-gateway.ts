import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { createLocalSigner, type GatewayPaymentProvider, parsePrivateKey } from '@byoc/core/payment';
import { createCreditGatewayProvider } from '@byoc/core/payment/credit';
import { createFreeGatewayProvider } from '@byoc/core/payment/free';
import type { Options } from 'yargs';
import { openReceipts } from './open-receipts.ts';

/** The `--orchestrator` option of every command that calls capabilities. */
export const orchestratorsOption = {
  orchestrator: {
    type: 'string',
    array: true,
    describe:
      'an orchestrator, `https://host:port` or `https://host:port#0xADDRESS`; may be repeated (default: $BYOC_ORCHESTRATORS, else the one of this machine)',
  },
} as const satisfies Record<string, Options>;

/** Opens a gateway over the named orchestrators, those of BYOC_ORCHESTRATORS (comma-separated), or the local one. */
export async function openGateway(args: { orchestrator: string[] | undefined; dataDir: string }): Promise<Gateway> {
  const named = args.orchestrator ?? process.env['BYOC_ORCHESTRATORS']?.split(',').filter(Boolean);
  const targets = named ?? [await localOrchestrator(args.dataDir)];
  const sources = [staticSource(targets.map(parseTarget))];
  return createGateway({ sources, payment: await openPurse(), receipts: openReceipts(args.dataDir) });
}

/** What is free needs nothing; what has a price is paid with the key of BYOC_ETH_KEY (credit, where it was granted). */
async function openPurse(): Promise<GatewayPaymentProvider[]> {
  const text = process.env['BYOC_ETH_KEY'];
  if (!text) return [createFreeGatewayProvider()];
  // Only who pays needs it: it brings viem.
  const { loadCryptoEngine } = await import('@byoc/core/payment/livepeer');
  const signer = createLocalSigner(parsePrivateKey(text), { engine: await loadCryptoEngine() });
  return [createCreditGatewayProvider({ signer }), createFreeGatewayProvider()];
}

async function localOrchestrator(dataDirectory: string): Promise<string> {
  const { url, address } = await createAdminClient({ dataDirectory }).status();
  return `${url}#${address}`;
}

function parseTarget(text: string): string | { url: string; address: string } {
  const [url, address] = text.split('#');
  return address === undefined ? text : { url: url as string, address };
}
