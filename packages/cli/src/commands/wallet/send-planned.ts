import { ByocError } from '@byoc/core';
import type { Signer } from '@byoc/core/payment';
import {
  type Address,
  type LivepeerChain,
  type LivepeerWallet,
  type MinedTransaction,
  openLivepeerWallet,
  seeTransaction,
} from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';
import { dataDirectoryOption } from '../../data-directory.ts';
import { requireSigner, walletAddress } from '../../keys/open-signer.ts';
import { type SignerArguments, signerOptions } from '../../keys/signer-options.ts';
import { type NetworkArguments, networkOptions, openChain } from '../../network-options.ts';
import { formatWei } from '../../parse-wei.ts';
import { confirm } from '../../terminal/confirm.ts';
import { withInterrupt } from '../../terminal/interrupt.ts';
import { printJson } from '../../terminal/print-json.ts';

/** The options of every command that sends a transaction. */
export const sendOptions = {
  ...dataDirectoryOption,
  ...signerOptions,
  ...networkOptions,
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'send without asking' },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'show what would be sent, and what it would cost; send nothing',
  },
} as const satisfies Record<string, Options>;

/** What `sendOptions` gives. */
export interface SendArguments extends SignerArguments, NetworkArguments {
  dataDir: string;
  yes: boolean;
  dryRun: boolean;
  json: boolean;
}

/** What a command is about to do. */
export interface SendPlan {
  /** As in "fund the deposit and reserve". */
  readonly action: string;
  /** What moves, by name: `deposit` → wei. */
  readonly amountsWei: (chain: LivepeerChain, address: Address) => Promise<Readonly<Record<string, bigint>>>;
  readonly send: (wallet: LivepeerWallet, options: { signal: AbortSignal }) => Promise<MinedTransaction>;
}

/** Rehearses a transaction, shows it, asks, sends it, and shows what became of it. @throws ByocError CHAIN_*, CONFIRMATION_MISSING */
export function sendPlanned(args: SendArguments, plan: SendPlan): Promise<void> {
  return withInterrupt(async (signal) => {
    const address = (await walletAddress(args)) as Address;
    const chain = await openChain(args);
    const { action } = plan;
    const rehearsed = await rehearse(chain, address, (wallet) => plan.send(wallet, { signal }));
    const amountsWei = await plan.amountsWei(chain, address);
    const facts = { network: chain.network.name, address, action, ...amountsWei, ...rehearsed };
    if (!args.json || !args.yes) process.stderr.write(describe(facts, amountsWei));
    if (args.dryRun) {
      if (args.json) printJson({ ...facts, sent: false });
      else process.stdout.write('Nothing was sent.\n');
      return;
    }
    if (!args.yes) await confirm(action);
    const signer = await requireSigner(args);
    try {
      if (signer.address !== address)
        throw new ByocError('KEYSTORE_INVALID', {
          path: args.keystore ?? args.dataDir,
          reason: `its key is that of ${signer.address}, not of ${address} as it says`,
        });
      const wallet = await openLivepeerWallet(chain, { signer });
      const { hash, costWei, blockNumber } = await plan.send(wallet, { signal });
      const balance = await wallet.balance();
      if (args.json) return printJson({ ...facts, sent: true, transaction: hash, blockNumber, costWei, balance });
      process.stdout.write(
        `Done in transaction ${hash} (block ${blockNumber}), for ${formatWei(costWei)} of gas.\n` +
          `Deposit ${formatWei(balance.depositWei)}, reserve ${formatWei(balance.reserveWei)}, wallet ${formatWei(balance.balanceWei)}.\n`,
      );
    } finally {
      signer.close();
    }
  });
}

/** Thrown in place of a signature: up to there everything is as if it were sent. */
class Rehearsed extends Error {
  readonly unsigned: Uint8Array;
  constructor(unsigned: Uint8Array) {
    super('rehearsed');
    this.unsigned = unsigned;
  }
}

/** Does all but sign: the chain has said that it would take the transaction, and what it costs at most. */
async function rehearse(
  chain: LivepeerChain,
  address: Address,
  send: (wallet: LivepeerWallet) => Promise<unknown>,
): Promise<{ to: string | undefined; costMaxWei: bigint }> {
  const sign: Signer['sign'] = async (request) => {
    throw new Rehearsed(request.kind === 'transaction' ? request.transaction : new Uint8Array());
  };
  const signer: Signer = { address, sign, signAll: async ([request]) => [await sign(request as never)], close() {} };
  try {
    await send(await openLivepeerWallet(chain, { signer }));
    throw new Error('the rehearsal sent something');
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
    const { to, costMaxWei } = (await seeTransaction(error.unsigned)) ?? { to: undefined, costMaxWei: 0n };
    const balanceWei = await chain.balanceWei(address);
    if (balanceWei < costMaxWei) {
      const facts = { address, balanceWei: String(balanceWei), neededWei: String(costMaxWei) };
      throw new ByocError('CHAIN_BALANCE_TOO_LOW', facts);
    }
    return { to, costMaxWei };
  }
}

function describe(
  facts: { network: string; address: string; action: string; to: string | undefined; costMaxWei: bigint },
  amountsWei: Readonly<Record<string, bigint>>,
): string {
  const rows: [string, string][] = [
    ['To do', facts.action],
    ['Network', facts.network],
    ['Wallet', facts.address],
    ['Contract', facts.to ?? '-'],
    ...Object.entries(amountsWei).map(([name, wei]): [string, string] => [name.replace(/Wei$/, ''), formatWei(wei)]),
    ['At most', `${formatWei(facts.costMaxWei)} leave the wallet, gas included`],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(10)} ${value}\n`).join('');
}
