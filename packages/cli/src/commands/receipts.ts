import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import type { StoredReceipt } from '@byoc/core/gateway';
import { parseReceipt, type Receipt, receiptsCsv, verifyReceipt } from '@byoc/core/payment';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../data-directory.ts';
import { openReceipts } from '../open-receipts.ts';
import { readSoldReceipts } from '../open-sold.ts';
import { printJson } from '../terminal/print-json.ts';
import { formatTable } from '../terminal/table.ts';

interface LocalArguments {
  dataDir: string;
  sold: boolean;
  json: boolean;
}

const placeOptions = {
  sold: {
    type: 'boolean',
    default: false,
    describe: 'those that the orchestrator of this machine gave, instead of those that it was given as a caller',
  },
  ...dataDirectoryOption,
} as const;

/** `byoc receipts ls|show|verify|export` */
export const receiptsCommand: CommandModule = {
  command: 'receipts <action>',
  describe: 'Receipts of the jobs that were paid from this machine, or sold by it',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(showCommand)
      .command(verifyCommand)
      .command(exportCommand)
      .demandCommand(1, 'Name an action.'),
  handler() {},
};

const listCommand: CommandModule<object, LocalArguments> = {
  command: 'ls',
  describe: 'List receipts, oldest first',
  builder: (yargs) => (yargs as Argv<LocalArguments>).options(placeOptions),
  async handler(args) {
    const receipts = await readAll(args);
    if (args.json) return printJson(receipts);
    const rows = receipts.map((receipt) => [
      receipt.jobId,
      receipt.capability,
      receipt.outcome,
      receipt.amountWei,
      receipt.paymentProvider,
      receipt.orchestrator,
      new Date(receipt.endedAt).toISOString(),
    ]);
    process.stdout.write(
      rows.length === 0
        ? `No job was ${args.sold ? 'sold' : 'paid from'} here.\n`
        : `${formatTable(['JOB', 'CAPABILITY', 'OUTCOME', 'WEI', 'BY', 'ORCHESTRATOR', 'ENDED'], rows)}\n`,
    );
  },
};

const showCommand: CommandModule<object, LocalArguments & { job: string }> = {
  command: 'show <job>',
  describe: 'Print one receipt and its signature as JSON',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { job: string }>)
      .positional('job', { type: 'string', demandOption: true, describe: 'the id of the job' })
      .options(placeOptions),
  async handler(args) {
    const stored = await findReceipt(args);
    if (stored === undefined) throw new ByocError('RECEIPT_NOT_FOUND', { jobId: args.job });
    printJson({ receipt: parseReceipt(stored.receiptJson), signature: hex(stored.signature) });
  },
};

const verifyCommand: CommandModule<object, LocalArguments & { job: string | undefined; file: string | undefined }> = {
  command: 'verify [job]',
  describe: 'Check the signature and the sum of one receipt, of all, or of a file that `show` printed',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { job: string | undefined; file: string | undefined }>)
      .positional('job', { type: 'string', describe: 'the id of the job; all when it is left out' })
      .options({ file: { type: 'string', describe: 'a file with `{ receipt, signature }`' }, ...placeOptions })
      .example('$0 receipts verify', 'every receipt')
      .example('$0 receipts verify --file receipt.json', 'one that somebody else was given'),
  async handler(args) {
    const verified: Receipt[] = [];
    for await (const stored of chosen(args)) {
      const { jobId, orchestrator } = parseReceipt(stored.receiptJson);
      verified.push(verifyReceipt(stored, { jobId, orchestrator }));
    }
    if (args.job !== undefined && verified.length === 0) throw new ByocError('RECEIPT_NOT_FOUND', { jobId: args.job });
    if (args.json) return printJson({ valid: verified.map(({ jobId }) => jobId) });
    for (const { jobId, amountWei, orchestrator } of verified)
      process.stdout.write(`${jobId}: ${amountWei} wei, signed by ${orchestrator}\n`);
    process.stdout.write(`${verified.length} valid.\n`);
  },
};

const exportCommand: CommandModule<object, LocalArguments & { format: 'json' | 'csv' }> = {
  command: 'export',
  describe: 'Print all receipts as JSON or CSV',
  builder: (yargs) =>
    (yargs as Argv<LocalArguments & { format: 'json' | 'csv' }>)
      .options({
        format: { choices: ['json', 'csv'] as const, default: 'json' as const, describe: 'what to print' },
        ...placeOptions,
      })
      .example('$0 receipts export --format csv > receipts.csv', 'for a spreadsheet'),
  async handler(args) {
    const receipts = await readAll(args);
    if (args.format === 'csv') process.stdout.write(receiptsCsv(receipts));
    else printJson(receipts);
  },
};

async function* listReceipts({ dataDir, sold }: LocalArguments): AsyncIterable<StoredReceipt> {
  if (sold) yield* await readSoldReceipts(resolve(dataDir));
  else yield* openReceipts(resolve(dataDir)).list();
}

async function findReceipt(args: LocalArguments & { job: string }): Promise<StoredReceipt | undefined> {
  if (!args.sold) return openReceipts(resolve(args.dataDir)).get(args.job);
  return (await readSoldReceipts(resolve(args.dataDir))).find(({ jobId }) => jobId === args.job);
}

async function readAll(args: LocalArguments): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for await (const { receiptJson } of listReceipts(args)) receipts.push(parseReceipt(receiptJson));
  return receipts;
}

async function* chosen(args: LocalArguments & { job: string | undefined; file: string | undefined }) {
  if (args.file !== undefined) yield await readFileReceipt(args.file);
  else
    for await (const stored of listReceipts(args))
      if (args.job === undefined || stored.jobId === args.job) yield stored;
}

async function readFileReceipt(path: string): Promise<StoredReceipt> {
  try {
    const { receipt, signature } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const receiptJson = new TextEncoder().encode(JSON.stringify(receipt));
    return { jobId: '', receiptJson, signature: Uint8Array.from(Buffer.from(String(signature).slice(2), 'hex')) };
  } catch (cause) {
    throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason: (cause as Error).message }, { cause });
  }
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
