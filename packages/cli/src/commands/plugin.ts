import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ByocError, formatPriceList, type Manifest, toPriceList, type WorkerResources } from '@byoc/core';
import { createAdminClient, type PluginPrice, type PluginPrices } from '@byoc/core/orchestrator';
import type { PluginSource } from '@byoc/core/runtime';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { parseModel } from '../models/parse-model.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { parseEnvironment } from '../parse-environment.ts';
import { parseResources, type ResourceArguments } from '../parse-resources.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
import { formatTable } from '../terminal/table.ts';

interface LocalArguments {
  dataDir: string;
  json: boolean;
}

/** `byoc plugin install|ls|inspect|logs|start|price|rm` */
export const pluginCommand: CommandModule = {
  command: 'plugin <action>',
  describe: 'Install and look after plugins of the local orchestrator',
  builder: (yargs) =>
    yargs
      .command(installCommand)
      .command(listCommand)
      .command(inspectCommand)
      .command(logsCommand)
      .command(startCommand)
      .command(priceCommand)
      .command(removeCommand)
      .demandCommand(1, 'Name an action.'),
  handler() {},
};

type InstallArguments = LocalArguments &
  ResourceArguments & {
    source: string;
    price: string | undefined;
    dockerfile: string | undefined;
    env: string[] | undefined;
    model: string[] | undefined;
  };

const installCommand: CommandModule<object, InstallArguments> = {
  command: 'install <source>',
  describe: 'Install a plugin from a folder, its plugin.json, or an image',
  builder: (yargs) =>
    (yargs as Argv<InstallArguments>)
      .positional('source', {
        type: 'string',
        demandOption: true,
        describe: 'a folder, a plugin.json, or an image reference',
      })
      .options({
        price: { type: 'string', describe: 'what jobs cost (default: as before, else free)' },
        dockerfile: {
          type: 'string',
          describe: "of a folder, to build instead of the plugin's own, like Dockerfile.cuda",
        },
        ...dataDirectoryOption,
        env: {
          type: 'string',
          array: true,
          nargs: 1,
          describe: "NAME=VALUE for the plugin's workers, again for more (default: as before)",
        },
      })
      .options({
        model: {
          type: 'string',
          array: true,
          nargs: 1,
          describe:
            '[NAME=]FILE, https://… or hf://owner/repository[@revision][/file], with #sha256=… to be sure; again for more (default: as before)',
        },
      })
      .options({
        gpus: {
          type: 'string',
          describe:
            'graphics cards: all, how many, or device=0,GPU-1a2b… (default: as before, else as the plugin asks)',
        },
        memory: { type: 'string', describe: 'for each worker, like 16g (default: as --gpus)' },
        cpus: { type: 'number', describe: 'cores for each worker (default: as --gpus)' },
      })
      .example(
        '$0 plugin install ./plugin-llm --dockerfile Dockerfile.cuda --gpus all --memory 16g',
        'on the graphics cards of this machine',
      )
      .example(
        '$0 plugin install ./plugin-llm --model qwen=hf://Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf',
        'with a model, fetched and mounted read-only',
      )
      .example('$0 plugin install ./my-plugin', 'builds the image from the folder')
      .example("$0 plugin install ./my-plugin --price '$0.01 / 1M pixels'", 'asks for money')
      .example('$0 plugin install ghcr.io/me/my-plugin:1.2.0', 'pulls the image'),
  handler: (args) =>
    withInterrupt(async (signal) => {
      const resources = parseResources(args);
      const line = createProgressLine({ quiet: args.json, title: 'install' });
      try {
        const plugin = await client(args).installPlugin(await parseSource(args.source, args.dockerfile), {
          ...(args.price === undefined ? {} : { price: { list: args.price } }),
          ...(args.env === undefined ? {} : { environment: parseEnvironment(args.env) }),
          ...(args.model === undefined ? {} : { models: args.model.map(parseModel) }),
          ...(resources === undefined ? {} : { resources }),
          signal,
          onProgress: (progress) => line.show(progress),
        });
        line.stop();
        if (args.json) return printJson(plugin);
        const capabilities = plugin.manifest.capabilities.map(({ contract }) => `${contract.name}@${contract.version}`);
        process.stdout.write(
          `${plugin.pluginId} ${plugin.manifest.version} is ${plugin.phase}: ${capabilities.join(', ')}\n`,
        );
        const { egress, devices } = plugin.manifest.grants;
        const models = new Set([...(plugin.manifest.models ?? []), ...plugin.models].map(({ name }) => name));
        if (models.size > 0) process.stdout.write(`Models: ${[...models].join(', ')}\n`);
        const cards = describeCards(plugin.resources.gpus ?? plugin.manifest.resources.gpu?.count ?? 0);
        process.stdout.write(`Grants: ${[...egress, ...devices, ...cards].join(', ') || 'none'}\n`);
      } finally {
        line.stop();
      }
    }),
};

const listCommand: CommandModule<object, LocalArguments> = {
  command: 'ls',
  describe: 'List installed plugins',
  builder: (yargs) => (yargs as Argv<LocalArguments>).options(dataDirectoryOption),
  async handler(args) {
    const plugins = await client(args).listPlugins();
    if (args.json) return printJson(plugins);
    const rows = plugins.map((plugin) => [
      plugin.pluginId,
      plugin.manifest.version,
      plugin.phase,
      plugin.workerState === undefined ? '-' : `${plugin.workerState.slotsFree}/${plugin.workerState.slotsTotal}`,
      plugin.digest.slice(0, 19),
      plugin.reason,
    ]);
    process.stdout.write(
      rows.length === 0
        ? 'No plugin is installed.\n'
        : `${formatTable(['PLUGIN', 'VERSION', 'PHASE', 'SLOTS', 'DIGEST', 'REASON'], rows)}\n`,
    );
  },
};

const inspectCommand: CommandModule<object, LocalArguments & { plugin: string }> = {
  command: 'inspect <plugin>',
  describe: 'Show all that is known about a plugin, as JSON',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { plugin: string }>)
      .positional('plugin', { type: 'string', demandOption: true })
      .options(dataDirectoryOption),
  handler: async (args) => printJson(await client(args).inspectPlugin(args.plugin)),
};

const logsCommand: CommandModule<object, LocalArguments & { plugin: string; tail: number; follow: boolean }> = {
  command: 'logs <plugin>',
  describe: "Print a plugin's log",
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { plugin: string; tail: number; follow: boolean }>)
      .positional('plugin', { type: 'string', demandOption: true })
      .options({
        ...dataDirectoryOption,
        tail: { type: 'number', default: 100, describe: 'how many of the last lines' },
        follow: { alias: 'f', type: 'boolean', default: false, describe: 'go on as lines come; Ctrl-C ends' },
      }),
  handler: (args) =>
    withInterrupt(async (signal) => {
      try {
        for await (const line of client(args).pluginLogs(args.plugin, { tail: args.tail, follow: args.follow, signal }))
          process.stdout.write(`${line}\n`);
      } catch (error) {
        if (!(args.follow && signal.aborted)) throw error;
      }
    }),
};

const startCommand: CommandModule<object, LocalArguments & { plugin: string }> = {
  command: 'start <plugin>',
  describe: 'Start a stopped or quarantined plugin again',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { plugin: string }>)
      .positional('plugin', { type: 'string', demandOption: true })
      .options(dataDirectoryOption),
  async handler(args) {
    const plugin = await client(args).startPlugin(args.plugin);
    if (args.json) printJson(plugin);
    else process.stdout.write(`${plugin.pluginId} is ${plugin.phase}.\n`);
  },
};

type PriceArguments = LocalArguments & { plugin: string; price: string; capability: string | undefined };

const priceCommand: CommandModule<object, PriceArguments> = {
  command: 'price <plugin> <price>',
  describe: 'Set what the jobs of a plugin cost from now on',
  builder: (yargs) =>
    (yargs as Argv<PriceArguments>)
      .positional('plugin', { type: 'string', demandOption: true })
      .positional('price', {
        type: 'string',
        demandOption: true,
        describe: 'prices joined by ` + `; `0 wei` for free; `default` with --capability: what the others cost',
      })
      .options({
        ...dataDirectoryOption,
        capability: { type: 'string', describe: 'for this one alone (default: all without a price of their own)' },
      })
      .example("$0 plugin price demo/echo '$0.001 + 12 wei / character'", 'a base fee, and a price for each unit')
      .example("$0 plugin price me/llm '$0.02 / 1M input_tokens' --capability text/embed", 'one capability'),
  async handler(args) {
    const { capability } = args;
    const plugin = await client(args).setPrice(
      args.plugin,
      capability !== undefined && args.price === 'default'
        ? { price: null, capability }
        : { price: { list: args.price }, capability },
    );
    if (args.json) return printJson(plugin);
    const rows = priceRows(plugin);
    const [only, ...more] = rows;
    const table = `costs from now on:\n${formatTable(['CAPABILITY', 'PRICE'], rows)}`;
    process.stdout.write(`${plugin.pluginId} ${more.length > 0 ? table : `costs ${only?.[1]} from now on.`}\n`);
  },
};

const removeCommand: CommandModule<object, LocalArguments & { plugin: string; grace: string }> = {
  command: 'rm <plugin>',
  describe: 'Drain a plugin and remove it',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { plugin: string; grace: string }>)
      .positional('plugin', { type: 'string', demandOption: true })
      .options({
        ...dataDirectoryOption,
        grace: { type: 'string', default: '30s', describe: 'how long running jobs may take' },
      }),
  async handler(args) {
    await client(args).removePlugin(args.plugin, { graceMs: parseDurationMs(args.grace) });
    if (args.json) printJson({ removed: args.plugin });
    else process.stdout.write(`${args.plugin} is removed.\n`);
  },
};

function describeCards(gpus: NonNullable<WorkerResources['gpus']>): string[] {
  if (gpus === 0) return [];
  if (gpus === 'all') return ['all graphics cards'];
  return typeof gpus === 'number'
    ? [`${gpus} graphics card${gpus === 1 ? '' : 's'}`]
    : gpus.map((card) => `card ${card}`);
}

function client(args: { dataDir: string }) {
  return createAdminClient({ dataDirectory: resolve(args.dataDir) });
}

/** A path that exists is a folder or a plugin.json in one; anything else is an image. */
async function parseSource(source: string, dockerfile: string | undefined): Promise<PluginSource> {
  const path = resolve(source);
  const found = await stat(path).catch(() => undefined);
  const folder = (at: string): PluginSource => ({ type: 'folder', path: at, ...(dockerfile && { dockerfile }) });
  if (found?.isDirectory()) return folder(path);
  if (found?.isFile() && basename(path) === 'plugin.json') return folder(dirname(path));
  if (found !== undefined || source.startsWith('.') || source.startsWith('/')) return folder(path);
  if (dockerfile !== undefined)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: `--dockerfile ${dockerfile}`,
      reason: `${source} is no folder but an image, which is built already`,
    });
  return { type: 'image', reference: source };
}

function priceRows({ manifest, prices }: { manifest: Manifest; prices: PluginPrices }): string[][] {
  const names = new Set(manifest.capabilities.map(({ contract }) => contract.name));
  return [...names].map((name) => [name, priceText(prices.capabilities[name] ?? prices.default)]);
}

function priceText(price: PluginPrice): string {
  return 'list' in price ? price.list : formatPriceList(toPriceList(price));
}
