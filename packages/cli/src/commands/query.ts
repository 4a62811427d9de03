import { resolve } from 'node:path';
import { formatPriceList, isFree, toPriceList } from '@byoc/core';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { openGateway, orchestratorsOption } from '../open-gateway.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';

interface QueryArguments {
  capability: string | undefined;
  orchestrator: string[] | undefined;
  dataDir: string;
  json: boolean;
}

/** `byoc query [capability]` */
export const queryCommand: CommandModule<object, QueryArguments> = {
  command: 'query [capability]',
  describe: 'List the offers of orchestrators',
  builder: (yargs) =>
    (yargs as Argv<QueryArguments>)
      .positional('capability', { type: 'string', describe: '`namespace/name`, with a version range if you like' })
      .options({ ...dataDirectoryOption, ...orchestratorsOption })
      .example('$0 query', 'everything the local orchestrator offers')
      .example(
        "$0 query 'video/transcode@^1' --orchestrator https://10.0.0.5:8945",
        'one capability of another machine',
      ),
  async handler(args) {
    await using gateway = await openGateway({ ...args, dataDir: resolve(args.dataDir) });
    await gateway.ready();
    const offers = gateway.query(args.capability === undefined ? {} : { capability: args.capability });
    if (args.json) return printJson(offers);
    if (offers.length === 0) {
      process.stdout.write(
        'Nobody offers that. `byoc plugin install <folder|image>` makes the local orchestrator offer something.\n',
      );
      return;
    }
    const rows = offers.map((offer) => [
      offer.capability,
      offer.plugin,
      offer.state,
      `${offer.slotsFree}/${offer.slotsTotal}`,
      isFree(offer.price) ? 'free' : formatPriceList(toPriceList(offer.price)),
      offer.orchestrator.address,
      offer.orchestrator.url,
    ]);
    process.stdout.write(
      `${formatTable(['CAPABILITY', 'PLUGIN', 'STATE', 'SLOTS', 'PRICE', 'ORCHESTRATOR', 'ADDRESS'], rows)}\n`,
    );
  },
};
