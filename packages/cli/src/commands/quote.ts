import { resolve } from 'node:path';
import { formatPriceList, toPriceList } from '@byoc/core';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { openGateway, orchestratorsOption } from '../open-gateway.ts';
import { addFile, parseInput } from '../parse-input.ts';
import { formatWei } from '../parse-wei.ts';
import { type PayArguments, payOptions } from '../pay-options.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

interface QuoteArguments extends PayArguments {
  capability: string;
  input: string[] | undefined;
  file: string[] | undefined;
  orchestrator: string[] | undefined;
  dataDir: string;
  json: boolean;
}

/** `byoc quote <capability>` */
export const quoteCommand: CommandModule<object, QuoteArguments> = {
  command: 'quote <capability>',
  describe: 'Ask what a job would cost at most',
  builder: (yargs) =>
    (yargs as Argv<QuoteArguments>)
      .positional('capability', {
        type: 'string',
        demandOption: true,
        describe: '`namespace/name`, with a version range if you like',
      })
      .options({
        input: {
          alias: 'i',
          type: 'string',
          array: true,
          describe: 'a field of the input: `key=value`, `a.b.0=value`, or `@file.json`',
        },
        file: { alias: 'f', type: 'string', array: true, describe: 'bytes for the input: `key=path`; not sent' },
        ...dataDirectoryOption,
        ...orchestratorsOption,
        ...payOptions,
      })
      .example('$0 quote demo/echo -i text=hello', 'signed by the orchestrator, good for a minute')
      .example('$0 quote demo/echo -i text=hello --pay livepeer', 'also whether it would take tickets of this wallet'),
  handler: (args) =>
    withInterrupt(async (signal) => {
      const input = parseInput(args.input ?? []);
      for (const argument of args.file ?? []) addFile(input, argument);
      await using gateway = await openGateway({ ...args, dataDir: resolve(args.dataDir) });
      const { quote, orchestrator, plugin } = await gateway.quote(args.capability, input, { signal });
      if (args.json) return printJson({ ...quote, orchestrator, plugin });
      const usage = Object.entries(quote.usage).map(([meter, units]) => `${units} ${meter}`);
      process.stdout.write(
        `At most ${formatWei(quote.maxCostWei)} for ${usage.join(', ') || 'the job'}, at ${formatPriceList(toPriceList(quote.price))}\n` +
          `By ${plugin} of ${orchestrator.address} (${orchestrator.url}), until ${new Date(quote.expiresAt).toISOString()}\n`,
      );
    }),
};
