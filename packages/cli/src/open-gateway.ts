import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import type { Options } from 'yargs';

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
  return createGateway({ sources: [staticSource(targets.map(parseTarget))] });
}

async function localOrchestrator(dataDirectory: string): Promise<string> {
  const { url, address } = await createAdminClient({ dataDirectory }).status();
  return `${url}#${address}`;
}

function parseTarget(text: string): string | { url: string; address: string } {
  const [url, address] = text.split('#');
  return address === undefined ? text : { url: url as string, address };
}
