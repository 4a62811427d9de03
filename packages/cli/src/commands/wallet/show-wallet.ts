import { ByocError } from '@byoc/core';
import type { Address } from '@byoc/core/payment/livepeer';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../../data-directory.ts';
import { walletAddress } from '../../keys/open-signer.ts';
import { type SignerArguments, signerOptions } from '../../keys/signer-options.ts';
import { type NetworkArguments, networkOptions, openChain } from '../../network-options.ts';
import { formatWei } from '../../parse-wei.ts';
import { printJson } from '../../terminal/print-json.ts';

type AddressArguments = SignerArguments & { dataDir: string; json: boolean };

/** `byoc wallet address` */
export const addressCommand: CommandModule<object, AddressArguments> = {
  command: 'address',
  describe: 'Print the address of the wallet; needs no password',
  builder: (yargs) =>
    (yargs as Argv<AddressArguments>)
      .options({ ...dataDirectoryOption, ...signerOptions })
      .example('$0 wallet address', 'send ETH there before you fund'),
  async handler(args) {
    const address = await walletAddress(args);
    if (args.json) printJson({ address });
    else process.stdout.write(`${address}\n`);
  },
};

type BalanceArguments = AddressArguments & NetworkArguments & { address: string | undefined };

/** `byoc wallet balance` */
export const balanceCommand: CommandModule<object, BalanceArguments> = {
  command: 'balance',
  describe: 'Show what the wallet has: ETH, deposit, reserve, lock, fees; needs no password',
  builder: (yargs) =>
    (yargs as Argv<BalanceArguments>)
      .options({
        ...dataDirectoryOption,
        ...signerOptions,
        ...networkOptions,
        address: { type: 'string', describe: 'of this address, whoever has its key' },
      })
      .example('$0 wallet balance --rpc https://…', 'on Arbitrum One')
      .example('$0 wallet balance --network local', 'on a chain of your own'),
  async handler(args) {
    const address = (args.address ?? (await walletAddress(args))) as Address;
    if (!/^0x[0-9a-fA-F]{40}$/.test(address))
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: address,
        reason: 'an address is `0x` and 40 hex digits',
      });
    const chain = await openChain(args);
    const head = await chain.head();
    const [balanceWei, { depositWei, reserveWei, withdrawRound }, { currentRound }, pendingFeesWei] = await Promise.all(
      [chain.balanceWei(address), chain.sender(address, head), chain.round(head), chain.pendingFeesWei(address, head)],
    );
    const network = chain.network.name;
    if (args.json) {
      const facts = { balanceWei, depositWei, reserveWei, pendingFeesWei, withdrawRound, currentRound };
      return printJson({ network, address, blockNumber: head.blockNumber, ...facts });
    }
    const lock =
      withdrawRound === 0n
        ? 'locked'
        : withdrawRound <= currentRound
          ? 'unlocked: `byoc wallet withdraw` takes them back'
          : `can be withdrawn from round ${withdrawRound}`;
    process.stdout.write(
      `Wallet:   ${address}\nNetwork:  ${network}, round ${currentRound}\n` +
        `ETH:      ${formatWei(balanceWei)}\nDeposit:  ${formatWei(depositWei)}\nReserve:  ${formatWei(reserveWei)}\n` +
        `Lock:     ${depositWei + reserveWei === 0n ? 'nothing to lock' : lock}\nFees:     ${formatWei(pendingFeesWei)}\n`,
    );
  },
};
