import { ByocError } from '@byoc/core';
import type { Argv, CommandModule } from 'yargs';
import { parseWei } from '../../parse-wei.ts';
import { type SendArguments, sendOptions, sendPlanned } from './send-planned.ts';

type FundArguments = SendArguments & { deposit: string; reserve: string };

/** `byoc wallet fund` */
export const fundCommand: CommandModule<object, FundArguments> = {
  command: 'fund',
  describe: 'Pay into the deposit and reserve that back tickets',
  builder: (yargs) =>
    (yargs as Argv<FundArguments>)
      .options({
        ...sendOptions,
        deposit: { type: 'string', default: '0 wei', describe: 'what tickets are paid from' },
        reserve: {
          type: 'string',
          default: '0 wei',
          describe: 'what active orchestrators can count on, each for an equal share',
        },
      })
      .example("$0 wallet fund --deposit '0.05 ETH' --reserve '0.36 ETH' --rpc https://…", 'asks before it sends')
      .example("$0 wallet fund --deposit '0.05 ETH' --dry-run", 'shows what it would cost'),
  handler(args) {
    const amounts = { depositWei: parseWei(args.deposit), reserveWei: parseWei(args.reserve) };
    if (amounts.depositWei + amounts.reserveWei === 0n)
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: 'fund',
        reason: 'neither `--deposit` nor `--reserve` is above 0',
      });
    return sendPlanned(args, {
      action: 'fund the deposit and reserve',
      amountsWei: async () => amounts,
      send: (wallet, options) => wallet.fund(amounts, options),
    });
  },
};

/** `byoc wallet unlock` */
export const unlockCommand: CommandModule<object, SendArguments & { cancel: boolean }> = {
  command: 'unlock',
  describe: 'Start the wait after which deposit and reserve can be withdrawn; orchestrators then take no more tickets',
  builder: (yargs) =>
    (yargs as Argv<SendArguments & { cancel: boolean }>)
      .options({ ...sendOptions, cancel: { type: 'boolean', default: false, describe: 'lock them again' } })
      .example('$0 wallet unlock', '`byoc wallet balance` then names the round from which they can be withdrawn')
      .example('$0 wallet unlock --cancel', 'go on paying with them'),
  handler: (args) =>
    sendPlanned(args, {
      action: args.cancel ? 'lock the deposit again' : 'unlock the deposit',
      amountsWei: async (chain, address) => {
        const { depositWei, reserveWei } = await chain.sender(address, await chain.head());
        return { depositWei, reserveWei };
      },
      send: (wallet, options) => (args.cancel ? wallet.cancelUnlock(options) : wallet.unlock(options)),
    }),
};

/** `byoc wallet withdraw` */
export const withdrawCommand: CommandModule<object, SendArguments & { fees: boolean }> = {
  command: 'withdraw',
  describe: 'Take deposit and reserve back into the wallet, or what an orchestrator earned',
  builder: (yargs) =>
    (yargs as Argv<SendArguments & { fees: boolean }>)
      .options({
        ...sendOptions,
        fees: { type: 'boolean', default: false, describe: 'the fees of redeemed tickets instead' },
      })
      .example('$0 wallet withdraw', 'once the round has come that `byoc wallet balance` names')
      .example('$0 wallet withdraw --fees', 'what an orchestrator earned'),
  handler: (args) =>
    sendPlanned(args, {
      action: args.fees ? 'withdraw the fees' : 'withdraw the deposit',
      amountsWei: async (chain, address) => {
        const head = await chain.head();
        if (args.fees) return { feesWei: await chain.pendingFeesWei(address, head) };
        const { depositWei, reserveWei } = await chain.sender(address, head);
        return { depositWei, reserveWei };
      },
      send: (wallet, options) => (args.fees ? wallet.withdrawFees(undefined, options) : wallet.withdraw(options)),
    }),
};
