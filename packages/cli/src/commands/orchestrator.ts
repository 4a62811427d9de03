import { resolve } from 'node:path';
import { createAdminClient } from '@byoc/core/orchestrator';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { describeWays } from '../describe-payment.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';
import { startCommand } from './orchestrator/start-orchestrator.ts';

/** `byoc orchestrator start|status|stop` */
export const orchestratorCommand: CommandModule = {
  command: 'orchestrator <action>',
  describe: 'Host plugins and sell their capabilities',
  builder: (yargs) =>
    yargs.command(startCommand).command(statusCommand).command(stopCommand).demandCommand(1, 'Name an action.'),
  handler() {},
};

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
        `Jobs:      ${status.jobs.running} running, ${status.jobs.queued} waiting\n${describeWays(status.payment)}`,
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
