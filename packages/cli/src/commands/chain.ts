import { ByocError } from '@byoc/core';
import { connectLocalChain, startLocalChain } from '@byoc/core/testing';
import type { Argv, CommandModule } from 'yargs';
import { formatWei, parseWei } from '../parse-wei.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

/** Where anvil listens by default, and where `--network local` looks. */
const DEFAULT_PORT = 8545;

interface ChainArguments {
  rpc: string;
  json: boolean;
}

type AddressArguments = ChainArguments & { address: string };

const rpcOption = {
  rpc: {
    type: 'string',
    default: process.env['BYOC_RPC_URLS']?.split(',')[0] || `http://127.0.0.1:${DEFAULT_PORT}`,
    defaultDescription: `$BYOC_RPC_URLS or http://127.0.0.1:${DEFAULT_PORT}`,
    describe: 'where it is',
  },
} as const;

/** `byoc chain start|fund|activate|mine|round` */
export const chainCommand: CommandModule = {
  command: 'chain <action>',
  describe: "A chain of your own to try money out on: anvil with Livepeer's contracts, and ETH for nothing",
  builder: (yargs) =>
    yargs
      .command(startCommand)
      .command(fundCommand)
      .command(activateCommand)
      .command(mineCommand)
      .command(roundCommand)
      .demandCommand(1, 'Name an action.'),
  handler() {},
};

const startCommand: CommandModule<object, { port: number; json: boolean }> = {
  command: 'start',
  describe: 'Start it; Ctrl-C ends it, and nothing of it is left',
  builder: (yargs) =>
    (yargs as Argv<{ port: number; json: boolean }>)
      .options({ port: { type: 'number', default: DEFAULT_PORT, describe: 'of 127.0.0.1; 0 for any' } })
      .example('$0 chain start', 'then `--network local` of other commands finds it'),
  handler: (args) =>
    withInterrupt(async (signal) => {
      await using chain = await startLocalChain({ port: args.port, signal });
      if (args.json) printJson({ url: chain.url, controller: chain.controller });
      else process.stdout.write(`A chain with Livepeer's contracts is at ${chain.url}. Ctrl-C ends it.\n`);
      await new Promise<void>((ended) => signal.addEventListener('abort', () => ended(), { once: true }));
    }),
};

const fundCommand: CommandModule<object, AddressArguments & { amount: string }> = {
  command: 'fund <address> [amount]',
  describe: 'Let an address have so much ETH',
  builder: (yargs) =>
    addressed(yargs as Argv<AddressArguments & { amount: string }>)
      .positional('amount', { type: 'string', default: '100 ETH', describe: 'what it has then' })
      .example('$0 chain fund 0xAb… "10 ETH"', 'whatever it had before'),
  async handler(args) {
    const balanceWei = parseWei(args.amount);
    const { request } = await connectLocalChain({ url: args.rpc });
    await request('anvil_setBalance', [addressOf(args), `0x${balanceWei.toString(16)}`]);
    if (args.json) printJson({ address: args.address, balanceWei });
    else process.stdout.write(`${args.address} has ${formatWei(balanceWei)}.\n`);
  },
};

const activateCommand: CommandModule<object, AddressArguments> = {
  command: 'activate <address>',
  describe: 'Make an address an orchestrator that can redeem tickets, and go to the next round',
  builder: (yargs) => addressed(yargs as Argv<AddressArguments>),
  async handler(args) {
    await (await connectLocalChain({ url: args.rpc })).activate(addressOf(args));
    if (args.json) printJson({ activated: args.address });
    else process.stdout.write(`${args.address} is an active orchestrator.\n`);
  },
};

const mineCommand: CommandModule<object, ChainArguments & { blocks: number }> = {
  command: 'mine [blocks]',
  describe: 'Add empty blocks: winners are redeemed once their parameters have expired, after 40 blocks',
  builder: (yargs) =>
    (yargs as Argv<ChainArguments & { blocks: number }>)
      .positional('blocks', { type: 'number', default: 1, describe: 'how many' })
      .options(rpcOption),
  async handler(args) {
    if (!Number.isSafeInteger(args.blocks) || args.blocks < 1)
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: String(args.blocks),
        reason: 'blocks are a whole number from 1 on',
      });
    const { request } = await connectLocalChain({ url: args.rpc });
    await request('anvil_mine', [`0x${args.blocks.toString(16)}`]);
    const blockNumber = Number((await request('eth_blockNumber')) as string);
    if (args.json) printJson({ blockNumber });
    else process.stdout.write(`It is block ${blockNumber}.\n`);
  },
};

const roundCommand: CommandModule<object, ChainArguments> = {
  command: 'round',
  describe: "Go to the next of Livepeer's rounds: tickets live for two, unlocking takes two",
  builder: (yargs) => (yargs as Argv<ChainArguments>).options(rpcOption),
  async handler(args) {
    const chain = await connectLocalChain({ url: args.rpc });
    await chain.nextRound();
    const blockNumber = Number((await chain.request('eth_blockNumber')) as string);
    if (args.json) printJson({ blockNumber });
    else process.stdout.write(`A new round has begun with block ${blockNumber}.\n`);
  },
};

function addressed<T extends AddressArguments>(yargs: Argv<T>): Argv<T> {
  return yargs
    .positional('address', { type: 'string', demandOption: true, describe: 'an ETH address' })
    .options(rpcOption) as unknown as Argv<T>;
}

function addressOf({ address }: AddressArguments): `0x${string}` {
  if (/^0x[0-9a-fA-F]{40}$/.test(address)) return address as `0x${string}`;
  throw new ByocError('INPUT_ARGUMENT_INVALID', {
    argument: address,
    reason: 'an address is `0x` and 40 hex digits',
  });
}
