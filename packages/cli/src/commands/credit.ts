import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createAdminClient } from '@byoc/core/orchestrator';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { parseWei } from '../parse-wei.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';

interface LocalArguments {
  dataDir: string;
  json: boolean;
}

interface GrantArguments extends LocalArguments {
  payer: string;
  amount: string;
  id: string | undefined;
}

/** `byoc credit grant|ls|revoke` */
export const creditCommand: CommandModule = {
  command: 'credit <action>',
  describe: 'Balances that the local orchestrator grants to callers it trusts',
  builder: (yargs) =>
    yargs.command(grantCommand).command(listCommand).command(revokeCommand).demandCommand(1, 'Name an action.'),
  handler() {},
};

const positionals = (yargs: Argv) =>
  (yargs as Argv<GrantArguments>)
    .positional('payer', { type: 'string', demandOption: true, describe: "the caller's ETH address" })
    .positional('amount', { type: 'string', demandOption: true, describe: '`5000 wei`, `3 gwei` or `0.001 ETH`' })
    .options({
      id: { type: 'string', describe: 'a name that makes it happen once, however often it is asked for' },
      ...dataDirectoryOption,
    });

const grantCommand: CommandModule<object, GrantArguments> = {
  command: 'grant <payer> <amount>',
  describe: 'Add to the balance of a caller',
  builder: (yargs) =>
    positionals(yargs).example("$0 credit grant 0xAb… '0.01 ETH' --id invoice-17", 'once, by that name'),
  handler: (args) => changeCredit(args, 'grant'),
};

const revokeCommand: CommandModule<object, GrantArguments> = {
  command: 'revoke <payer> <amount>',
  describe: 'Take back what is not held or spent',
  builder: (yargs) => positionals(yargs),
  handler: (args) => changeCredit(args, 'revoke'),
};

const listCommand: CommandModule<object, LocalArguments> = {
  command: 'ls',
  describe: 'List balances, in wei',
  builder: (yargs) => (yargs as Argv<LocalArguments>).options(dataDirectoryOption),
  async handler(args) {
    const accounts = await createAdminClient({ dataDirectory: resolve(args.dataDir) }).listCredit();
    if (args.json) return printJson(accounts);
    const rows = accounts.map((one) => [one.payer, one.availableWei, one.heldWei, one.earnedWei, one.creditedWei]);
    process.stdout.write(
      rows.length === 0
        ? 'Nobody has credit here: try `byoc credit grant <address> <amount>`.\n'
        : `${formatTable(['PAYER', 'AVAILABLE', 'HELD', 'SPENT', 'GRANTED'], rows)}\n`,
    );
  },
};

async function changeCredit(args: GrantArguments, action: 'grant' | 'revoke'): Promise<void> {
  const client = createAdminClient({ dataDirectory: resolve(args.dataDir) });
  const change = { action, payer: args.payer, amountWei: String(parseWei(args.amount)) };
  const account = await client.changeCredit({ ...change, id: args.id ?? randomUUID() });
  if (args.json) return printJson(account);
  process.stdout.write(`${account.payer} has ${account.availableWei} wei left, and ${account.heldWei} wei held.\n`);
}
