import { join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { createModelStore, createOrchestrator, type PaymentView } from '@byoc/core/orchestrator';
import type { Argv, CommandModule } from 'yargs';
import { chooseRuntime, type RuntimeChoice } from '../../choose-runtime.ts';
import { createLogger, logOptions } from '../../create-logger.ts';
import { dataDirectoryOption } from '../../data-directory.ts';
import { describeWays } from '../../describe-payment.ts';
import { limitCoreDumps } from '../../keys/limit-core-dumps.ts';
import { openSigner, requireSigner } from '../../keys/open-signer.ts';
import { type SignerArguments, signerOptions } from '../../keys/signer-options.ts';
import { modelsDirectoryOption } from '../../models/models-directory.ts';
import { openPayment, type PaymentArguments, paymentOptions } from '../../open-payment.ts';
import { parseDurationMs } from '../../parse-duration.ts';
import { withInterrupt } from '../../terminal/interrupt.ts';
import { printJson } from '../../terminal/print-json.ts';
import { startDetached } from './start-detached.ts';

/** The port of the gateway protocol where none is named. */
const DEFAULT_PORT = 8945;

interface StartArguments extends PaymentArguments, SignerArguments {
  dataDir: string;
  modelsDir: string;
  runtime: RuntimeChoice;
  host: string;
  port: number;
  httpPort: number;
  label: string[] | undefined;
  detach: boolean;
  logLevel: string;
  grace: string;
  json: boolean;
}

/** `byoc orchestrator start` */
export const startCommand: CommandModule<object, StartArguments> = {
  command: 'start',
  describe: 'Start an orchestrator; Ctrl-C drains it and ends',
  builder: (yargs) =>
    (yargs as Argv<StartArguments>)
      .options({
        ...dataDirectoryOption,
        ...modelsDirectoryOption,
        runtime: {
          choices: ['auto', 'docker', 'process'] as const,
          default: 'auto' as const,
          describe: 'where workers run; `process` is no sandbox',
        },
        host: { type: 'string', default: '127.0.0.1', describe: 'address to listen on; 0.0.0.0 for everybody' },
        port: { type: 'number', default: DEFAULT_PORT, describe: 'port of the gateway protocol (gRPC); 0 for any' },
        'http-port': { type: 'number', default: DEFAULT_PORT + 1, describe: 'port of the HTTPS side; 0 for any' },
        label: { type: 'string', array: true, describe: 'a label for the offers, `region=eu`; may be repeated' },
        ...paymentOptions,
        detach: { type: 'boolean', default: false, describe: 'go on in the background' },
        ...signerOptions,
        ...logOptions,
        grace: { type: 'string', default: '30s', describe: 'how long running jobs may take when it is stopped' },
      })
      .example('$0 orchestrator start', 'on this machine only, Docker where it answers')
      .example('$0 orchestrator start --host 0.0.0.0 --label region=eu', 'for other machines')
      .example(
        '$0 orchestrator start --payment credit --usd-per-eth 3000',
        'sells to callers with credit; prices may be in dollars',
      )
      .example(
        '$0 orchestrator start --payment livepeer --price-feed chainlink --rpc https://… --rpc https://…',
        'sells for tickets on Arbitrum One, to the wallet of `byoc wallet create`',
      )
      .example('$0 orchestrator start --detach', 'in the background; `byoc orchestrator stop` ends it'),
  handler: (args) => (args.detach ? startDetached(args) : startHere(args)),
};

async function startHere(args: StartArguments): Promise<void> {
  await withInterrupt(async (signal) => {
    const dataDirectory = resolve(args.dataDir);
    const logger = createLogger(args.logLevel);
    // Before anything is started that could inherit a secret from the environment.
    const paysIn = args.payment.includes('livepeer');
    const signer = await (paysIn ? requireSigner(args, { logger }) : openSigner(args, { logger }));
    // Without one, it holds a key of its own.
    if (signer === undefined) await limitCoreDumps();
    const { runtime, info, fallbackReason } = await chooseRuntime(args.runtime, {
      logger,
      stateDirectory: join(dataDirectory, 'processes'),
      signal,
    });
    const modelStore = createModelStore({ directory: resolve(args.modelsDir), logger });
    const orchestrator = await createOrchestrator({
      dataDirectory,
      runtime,
      modelStore,
      logger,
      signer,
      host: args.host,
      port: args.port,
      httpPort: args.httpPort,
      labels: parseLabels(args.label ?? []),
      ...(await openPayment(args, { signer, logger })),
    });
    const parent = parentSignal();
    const facts = {
      url: orchestrator.url,
      httpUrl: orchestrator.httpUrl,
      address: orchestrator.address,
      runtime: info.kind,
      dataDirectory,
      payment: orchestrator.status().payment,
    };
    if (args.json) printJson(facts);
    else process.stdout.write(describeStart(facts, info.description, info.notes, fallbackReason));
    process.send?.({ type: 'started', ...facts });
    const askedGraceMs = await Promise.race([aborted(signal), aborted(parent), orchestrator.stopAsked]);
    if (!args.json) process.stdout.write('Draining…\n');
    await orchestrator.close({ mode: 'drain', graceMs: askedGraceMs ?? parseDurationMs(args.grace) });
    await runtime.close();
    await modelStore.close();
    signer?.close();
    // An open channel to a parent would keep this process alive.
    if (process.connected) process.disconnect();
    if (!args.json) process.stdout.write('Stopped. Nothing is left running.\n');
  });
}

function parseLabels(labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    labels.map((label) => {
      const equals = label.indexOf('=');
      if (equals < 1)
        throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: label, reason: 'a label looks like `region=eu`' });
      return [label.slice(0, equals), label.slice(equals + 1)];
    }),
  );
}

function describeStart(
  facts: { url: string; httpUrl: string; address: string; payment: readonly PaymentView[] },
  runtime: string,
  notes: readonly string[],
  fallbackReason: string | undefined,
): string {
  return [
    `Orchestrator ${facts.address}`,
    `Gateways:  ${facts.url}`,
    `HTTPS:     ${facts.httpUrl}`,
    `Runtime:   ${runtime}`,
    ...(fallbackReason === undefined ? [] : [`           Docker is not used: ${fallbackReason}`]),
    ...notes.map((note) => `           ${note}`),
    describeWays(facts.payment).trimEnd(),
    'Install a plugin with `byoc plugin install <folder|image>`. Ctrl-C drains and ends.',
    '',
  ].join('\n');
}

/** Aborted when a parent that holds a channel to this process is gone; a parent that says `detach` lets go of it. */
function parentSignal(): AbortSignal {
  const gone = new AbortController();
  let detached = false;
  process.on('message', (message) => {
    if ((message as { type?: string }).type !== 'detach') return;
    detached = true;
    process.disconnect?.();
  });
  process.once('disconnect', () => {
    if (!detached) gone.abort(new ByocError('INTERRUPTED', { signal: 'the end of the parent process' }));
  });
  return gone.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
