import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { createAdminClient, createOrchestrator } from '@byoc/core/orchestrator';
import type { Argv, CommandModule } from 'yargs';
import { chooseRuntime, type RuntimeChoice } from '../choose-runtime.ts';
import { createLogger, logOptions } from '../create-logger.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { limitCoreDumps } from '../keys/limit-core-dumps.ts';
import { openSigner } from '../keys/open-signer.ts';
import { type SignerArguments, signerOptions } from '../keys/signer-options.ts';
import { openPayment, type PaymentArguments, paymentOptions } from '../open-payment.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';

/** The port of the gateway protocol where none is named. */
export const DEFAULT_PORT = 8945;

interface StartArguments extends PaymentArguments, SignerArguments {
  dataDir: string;
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

/** `byoc orchestrator start|status|stop` */
export const orchestratorCommand: CommandModule = {
  command: 'orchestrator <action>',
  describe: 'Host plugins and sell their capabilities',
  builder: (yargs) =>
    yargs.command(startCommand).command(statusCommand).command(stopCommand).demandCommand(1, 'Name an action.'),
  handler() {},
};

const startCommand: CommandModule<object, StartArguments> = {
  command: 'start',
  describe: 'Start an orchestrator; Ctrl-C drains it and ends',
  builder: (yargs) =>
    (yargs as Argv<StartArguments>)
      .options({
        ...dataDirectoryOption,
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
        '$0 orchestrator start --credit --usd-per-eth 3000',
        'sells to callers with credit; prices may be in dollars',
      )
      .example('$0 orchestrator start --detach', 'in the background; `byoc orchestrator stop` ends it'),
  handler: (args) => (args.detach ? startDetached(args) : startHere(args)),
};

async function startHere(args: StartArguments): Promise<void> {
  await withInterrupt(async (signal) => {
    const dataDirectory = resolve(args.dataDir);
    const logger = createLogger(args.logLevel);
    // Before anything is started that could inherit a secret from the environment.
    const signer = await openSigner(args, { logger });
    // Without one, it holds a key of its own.
    if (signer === undefined) await limitCoreDumps();
    const { runtime, info, fallbackReason } = await chooseRuntime(args.runtime, {
      logger,
      stateDirectory: join(dataDirectory, 'processes'),
      signal,
    });
    const orchestrator = await createOrchestrator({
      dataDirectory,
      runtime,
      logger,
      signer,
      host: args.host,
      port: args.port,
      httpPort: args.httpPort,
      labels: parseLabels(args.label ?? []),
      ...(await openPayment(args)),
    });
    const parent = parentSignal();
    const facts = {
      url: orchestrator.url,
      httpUrl: orchestrator.httpUrl,
      address: orchestrator.address,
      runtime: info.kind,
      dataDirectory,
    };
    if (args.json) printJson(facts);
    else process.stdout.write(describeStart(facts, info.description, info.notes, fallbackReason));
    process.send?.({ type: 'started', ...facts });
    const askedGraceMs = await Promise.race([aborted(signal), aborted(parent), orchestrator.stopAsked]);
    if (!args.json) process.stdout.write('Draining…\n');
    await orchestrator.close({ mode: 'drain', graceMs: askedGraceMs ?? parseDurationMs(args.grace) });
    await runtime.close();
    signer?.close();
    // An open channel to a parent would keep this process alive.
    if (process.connected) process.disconnect();
    if (!args.json) process.stdout.write('Stopped. Nothing is left running.\n');
  });
}

async function startDetached(args: StartArguments): Promise<void> {
  const dataDirectory = resolve(args.dataDir);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const logFile = join(dataDirectory, 'orchestrator.log');
  const log = openSync(logFile, 'a', 0o600);
  const argv = process.argv.slice(2).filter((argument) => argument !== '--detach' && argument !== '--json');
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', log, 'ipc'],
  });
  // The parent's end must not end this one: it is told to let go of the channel below.
  const started = await new Promise<Record<string, unknown>>((onStarted, onFailed) => {
    child.once('message', (message) => onStarted(message as Record<string, unknown>));
    child.once('exit', (exitCode) =>
      onFailed(new ByocError('ORCHESTRATOR_START_FAILED', { exitCode: exitCode ?? -1, logFile })),
    );
    child.once('error', onFailed);
  });
  child.removeAllListeners();
  child.send({ type: 'detach' });
  await new Promise<void>((done) => child.once('disconnect', done));
  child.unref();
  const facts = { ...started, type: undefined, pid: child.pid, logFile };
  if (args.json) printJson(facts);
  else
    process.stdout.write(
      `Orchestrator ${started['address']} is running at ${started['url']} (pid ${child.pid}).\nLog: ${logFile}\nStop it with \`byoc orchestrator stop\`.\n`,
    );
}

interface LocalArguments {
  dataDir: string;
  json: boolean;
}

const statusCommand: CommandModule<object, LocalArguments> = {
  command: 'status',
  describe: 'Show the orchestrator of this machine',
  builder: (yargs) => (yargs as Argv<LocalArguments>).options(dataDirectoryOption),
  async handler(args) {
    const status = await createAdminClient({ dataDirectory: resolve(args.dataDir) }).status();
    if (args.json) return printJson(status);
    process.stdout.write(
      `Orchestrator ${status.address}, version ${status.version}, pid ${status.pid}, since ${status.startedAt}\n` +
        `Gateways:  ${status.url}\nHTTPS:     ${status.httpUrl}\nRuntime:   ${status.runtime.description}${status.runtime.sandboxed ? '' : ' (no sandbox)'}\n` +
        `Jobs:      ${status.jobs.running} running, ${status.jobs.queued} waiting\n`,
    );
    const rows = status.plugins.map((plugin) => [plugin.pluginId, plugin.version, plugin.phase, plugin.reason]);
    process.stdout.write(
      rows.length === 0
        ? 'No plugin is installed: try `byoc plugin install <folder|image>`.\n'
        : `${formatTable(['PLUGIN', 'VERSION', 'PHASE', 'REASON'], rows)}\n`,
    );
  },
};

const stopCommand: CommandModule<object, LocalArguments & { grace: string }> = {
  command: 'stop',
  describe: 'Drain the orchestrator of this machine and end it',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { grace: string }>).options({
      ...dataDirectoryOption,
      grace: { type: 'string', default: '30s', describe: 'how long running jobs may take' },
    }),
  async handler(args) {
    await createAdminClient({ dataDirectory: resolve(args.dataDir) }).stop({ graceMs: parseDurationMs(args.grace) });
    if (args.json) printJson({ stopped: true });
    else process.stdout.write('Stopped. Nothing is left running.\n');
  },
};

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
  facts: { url: string; httpUrl: string; address: string },
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
