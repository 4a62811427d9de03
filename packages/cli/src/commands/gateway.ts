import { resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { createOpenaiFacade, serveFacades } from '@byoc/core/gateway';
import type { Argv, CommandModule } from 'yargs';
import { createLogger, logOptions } from '../create-logger.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { openGateway, orchestratorsOption } from '../open-gateway.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

interface StartArguments {
  openai: boolean;
  host: string;
  port: number;
  hostName: string[] | undefined;
  maxCostWei: string;
  deadline: string;
  orchestrator: string[] | undefined;
  dataDir: string;
  logLevel: string;
  json: boolean;
}

/** `byoc gateway start` */
export const gatewayCommand: CommandModule = {
  command: 'gateway <action>',
  describe: 'Serve the capabilities of orchestrators to programs that know other APIs',
  builder: (yargs) => yargs.command(startCommand).demandCommand(1, 'Name an action.'),
  handler() {},
};

const startCommand: CommandModule<object, StartArguments> = {
  command: 'start',
  describe: 'Start a gateway; Ctrl-C cancels what runs and ends it',
  builder: (yargs) =>
    (yargs as Argv<StartArguments>)
      .options({
        openai: { type: 'boolean', default: false, describe: "speak OpenAI's API: chat, embeddings, images, models" },
        host: {
          type: 'string',
          default: '127.0.0.1',
          describe: 'address to listen on. There are no keys yet: whoever reaches it spends',
        },
        port: { type: 'number', default: 8950, describe: 'port to listen on; 0 for any' },
        'host-name': {
          type: 'string',
          array: true,
          describe: 'a name by which requests may call this machine, besides its own; may be repeated',
        },
        'max-cost-wei': { type: 'string', default: '0', describe: 'the most that one request may cost' },
        deadline: { type: 'string', default: '10m', describe: 'a request fails when it takes longer' },
        ...dataDirectoryOption,
        ...orchestratorsOption,
        ...logOptions,
      })
      .example('$0 gateway start --openai', "for programs of this machine, over this machine's orchestrator")
      .example('$0 gateway start --openai --orchestrator https://10.0.0.5:8945', 'over another one')
      .example('$0 gateway start --openai --max-cost-wei 1000000000000', 'paid, with the key of BYOC_ETH_KEY'),
  handler: (args) => withInterrupt((signal) => start(args, signal)),
};

async function start(args: StartArguments, signal: AbortSignal): Promise<void> {
  if (!args.openai)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: 'gateway start',
      reason: 'name what to serve: --openai',
    });
  if (!/^\d+$/.test(args.maxCostWei))
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: args.maxCostWei,
      reason: 'a cost is a whole number of wei',
    });
  const jobOptions = { maxCostWei: BigInt(args.maxCostWei), deadlineMs: parseDurationMs(args.deadline) };
  await using gateway = await openGateway({ orchestrator: args.orchestrator, dataDir: resolve(args.dataDir) });
  const facades = [createOpenaiFacade({ gateway, jobOptions: () => jobOptions })];
  const { host, port, hostName: hostNames } = args;
  await using served = await serveFacades({ facades, host, port, hostNames, logger: createLogger(args.logLevel) });
  const facts = { url: served.url, openai: `${served.url}/v1` };
  if (args.json) printJson(facts);
  else process.stdout.write(describeStart(facts));
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
  if (!args.json) process.stdout.write('Stopping…\n');
}

function describeStart({ url, openai }: { url: string; openai: string }): string {
  return [
    `Gateway at ${url}`,
    `OpenAI base URL:  ${openai}   (any API key)`,
    `Models:           ${openai}/models`,
    'Ctrl-C cancels what runs and ends.',
    '',
  ].join('\n');
}
