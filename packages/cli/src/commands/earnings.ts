import { resolve } from 'node:path';
import type { EarningsPeriod, EarningsRow } from '@byoc/core/orchestrator';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { readEarnings } from '../open-sold.ts';
import { parseSinceMs } from '../parse-since.ts';
import { formatWei } from '../parse-wei.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';

interface EarningsArguments {
  dataDir: string;
  since: string | undefined;
  by: EarningsPeriod;
  json: boolean;
}

/** `byoc earnings` */
export const earningsCommand: CommandModule<object, EarningsArguments> = {
  command: 'earnings',
  describe: 'What the orchestrator of this machine earned, whether it runs or not',
  builder: (yargs) =>
    (yargs as Argv<EarningsArguments>)
      .options({
        since: { type: 'string', describe: 'leave out what was before: `30d`, `12h` or `2026-11-01` (UTC)' },
        by: {
          choices: ['all', 'month', 'day'] as const,
          default: 'all' as const,
          describe: 'a line for each capability and each of these (UTC)',
        },
        ...dataDirectoryOption,
      })
      .example('$0 earnings', 'a line for each capability, and their sum')
      .example('$0 earnings --since 30d --by day --json', 'for a spreadsheet or a chart'),
  async handler(args) {
    const sinceMs = args.since === undefined ? 0 : parseSinceMs(args.since, { now: Date.now() });
    const earnings = await readEarnings(resolve(args.dataDir), { sinceMs, period: args.by });
    if (args.json) return printJson({ since: new Date(sinceMs).toISOString(), by: args.by, ...earnings });
    const { rows, total } = earnings;
    if (rows.length === 0) {
      process.stdout.write('Nothing was earned here. `byoc plugin price` sets what jobs cost.\n');
      return;
    }
    const header = ['CAPABILITY', 'JOBS', 'CHARGED', 'TICKETS', 'WON', 'REDEEMED', 'PENDING', 'LOST', 'GAS', 'NET'];
    const lines = [...rows, ...(rows.length > 1 ? [{ ...total, capability: 'all together', period: '' }] : [])];
    process.stdout.write(
      `${formatTable(
        args.by === 'all' ? header : [args.by.toUpperCase(), ...header],
        lines.map((row) => (args.by === 'all' ? cells(row) : [row.period, ...cells(row)])),
      )}\n${describeLost(total)}`,
    );
  },
};

function cells({ capability, jobs, chargedWei, tickets, winners, gasWei, netWei }: EarningsRow): (string | number)[] {
  const { pending, redeemed, givenUp } = winners;
  return [
    capability || '(none)',
    jobs,
    formatWei(BigInt(chargedWei)),
    tickets.count,
    pending.count + redeemed.count + givenUp.count,
    formatWei(BigInt(redeemed.wei)),
    formatWei(BigInt(pending.wei)),
    formatWei(BigInt(givenUp.wei)),
    formatWei(BigInt(gasWei)),
    formatWei(BigInt(netWei)),
  ];
}

function describeLost({ winners: { givenUp } }: EarningsRow): string {
  if (givenUp.count === 0) return '';
  const reasons = Object.entries(givenUp.reasons).map(([reason, count]) => `${count} ${reason}`);
  return `Lost: ${givenUp.count} winners that were never redeemed (${reasons.join(', ')}).\n`;
}
