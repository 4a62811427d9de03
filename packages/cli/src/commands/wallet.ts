import type { CommandModule } from 'yargs';
import { createCommand, importCommand } from './wallet/create-wallet.ts';
import { fundCommand, unlockCommand, withdrawCommand } from './wallet/move-funds.ts';
import { addressCommand, balanceCommand } from './wallet/show-wallet.ts';

/** `byoc wallet create|import|address|balance|fund|unlock|withdraw` */
export const walletCommand: CommandModule = {
  command: 'wallet <action>',
  describe: 'Make a wallet, and move money between it and its deposit and reserve on chain',
  builder: (yargs) =>
    yargs
      .command(createCommand)
      .command(importCommand)
      .command(addressCommand)
      .command(balanceCommand)
      .command(fundCommand)
      .command(unlockCommand)
      .command(withdrawCommand)
      .demandCommand(1, 'Name an action.'),
  handler() {},
};
