import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { createFreeGatewayProvider } from '@byoc/core/payment/free';
import { loadCryptoEngine } from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';
import { openPurse } from './open-purse.ts';
import { openReceipts } from './open-receipts.ts';
import type { PayArguments } from './pay-options.ts';

/** The `--orchestrator` option of every command that calls capabilities. */
export const orchestratorsOption = {
  orchestrator: {
    type: 'string',
    array: true,
    describe:
      'an orchestrator, `https://host:port` or `https://host:port#0xADDRESS`; may be repeated (default: $BYOC_ORCHESTRATORS, else the one of this machine)',
  },
} as const satisfies Record<string, Options>;

/** Which orchestrators, and, for a command with `payOptions`, what they are paid with. */
export interface GatewayArguments {
  orchestrator: string[] | undefined;
  dataDir: string;
}

/**
 * Opens a gateway over the named orchestrators, those of BYOC_ORCHESTRATORS (comma-separated), or the local one. All of its jobs
 * together cost `budgetWei` at most.
 */
export async function openGateway(
  args: GatewayArguments & (PayArguments | { pay?: never }),
  { budgetWei }: { budgetWei?: bigint | undefined } = {},
): Promise<Gateway> {
  const named = args.orchestrator ?? process.env['BYOC_ORCHESTRATORS']?.split(',').filter(Boolean);
  const targets = named ?? [await localOrchestrator(args.dataDir)];
  const sources = [staticSource(targets.map(parseTarget))];
  const payment = 'network' in args ? await openPurse(args) : [createFreeGatewayProvider()];
  const engine = 'network' in args ? await loadCryptoEngine() : undefined;
  return createGateway({ sources, payment, budgetWei, receipts: openReceipts(args.dataDir), engine });
}

async function localOrchestrator(dataDirectory: string): Promise<string> {
  const { url, address } = await createAdminClient({ dataDirectory }).status();
  return `${url}#${address}`;
}

function parseTarget(text: string): string | { url: string; address: string } {
  const [url, address] = text.split('#');
  return address === undefined ? text : { url: url as string, address };
}
