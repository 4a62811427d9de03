import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '@byoc/core';
import type { Signer } from '@byoc/core/payment';
import {
  createLivepeerOrchestratorProvider,
  type LivepeerOrchestratorProvider,
  loadTicketSecret,
} from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';
import { type NetworkArguments, networkOptions, openChain } from './network-options.ts';
import { parseDurationMs } from './parse-duration.ts';
import { parseWei } from './parse-wei.ts';

const group = 'Tickets (--payment livepeer):';

/** The options of an orchestrator that takes tickets. */
export const ticketOptions = {
  network: { ...networkOptions.network, group },
  rpc: { ...networkOptions.rpc, group },
  'rpc-timeout': { ...networkOptions['rpc-timeout'], group },
  'tickets-per-job': { type: 'number', default: 10, describe: 'with how many tickets a job is paid, about', group },
  'ticket-ev-min': {
    type: 'string',
    default: '8 gwei',
    describe: 'what a ticket is worth on average, at least',
    group,
  },
  'ticket-ev-max': { type: 'string', describe: 'what it is worth on average, at most (default: no limit)', group },
  'face-value-max': { type: 'string', describe: 'what a ticket may win, at most (default: no limit)', group },
  'gas-price-max': {
    type: 'string',
    describe: 'above this gas price winners wait instead of being redeemed (default: no limit)',
    group,
  },
  redeem: {
    type: 'boolean',
    default: true,
    describe: 'redeem winners; with --no-redeem they stay written down, and are lost after their round and the next',
    group,
  },
  'chain-down': {
    choices: ['serve', 'refuse'] as const,
    default: 'serve' as const,
    describe:
      'when no RPC URL answers: `serve` lets a payer spend the balance it has paid in, `refuse` nothing. Tickets are not taken then, and nothing is free',
    group,
  },
  'chain-silent-after': {
    type: 'string',
    default: '1m',
    describe: 'the chain counts as down when nothing was heard of it for so long',
    group,
  },
  'chain-poll': { type: 'string', default: '5s', describe: 'how often to look at the chain', group },
} as const satisfies Record<string, Options>;

/** What `ticketOptions` gives. */
export interface TicketArguments extends NetworkArguments {
  dataDir: string;
  ticketsPerJob: number;
  ticketEvMin: string;
  ticketEvMax: string | undefined;
  faceValueMax: string | undefined;
  gasPriceMax: string | undefined;
  redeem: boolean;
  chainDown: 'serve' | 'refuse';
  chainPoll: string;
  chainSilentAfter: string;
}

/** Opens the orchestrator's side of tickets, with a secret of its own in the data directory. @throws ByocError CHAIN_*, PAYMENT_SECRET_UNREADABLE */
export async function openTickets(
  args: TicketArguments,
  { signer, logger }: { signer: Signer; logger: Logger },
): Promise<LivepeerOrchestratorProvider> {
  const limits = {
    ticketEvMinWei: parseWei(args.ticketEvMin),
    ticketEvMaxWei: optionalWei(args.ticketEvMax),
    faceValueMaxWei: optionalWei(args.faceValueMax),
  };
  const redeem = args.redeem && { gasPriceMaxWei: optionalWei(args.gasPriceMax) };
  const [pollMs, staleMs] = [parseDurationMs(args.chainPoll), parseDurationMs(args.chainSilentAfter)];
  const chain = await openChain(args, { logger });
  const identity = join(resolve(args.dataDir), 'identity');
  await mkdir(identity, { recursive: true, mode: 0o700 });
  return createLivepeerOrchestratorProvider({
    ...{
      chain,
      signer,
      secret: await loadTicketSecret(join(identity, 'ticket-secret')),
      ...limits,
      redeem,
      pollMs,
      staleMs,
    },
    ...{ ticketsPerJob: args.ticketsPerJob, whenChainIsDown: args.chainDown },
  });
}

function optionalWei(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : parseWei(text);
}
