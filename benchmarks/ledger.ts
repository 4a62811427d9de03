import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLedgerStore } from '../packages/core/src/orchestrator/store/ledger-store.ts';
import { openStore } from '../packages/core/src/orchestrator/store/open-store.ts';
import { percentile, report } from './support/statistics.ts';

/** A ledger with a million accounts: how long a job's entries take against one with a hundred, and how long it takes to open. */
const MANY = 1_000_000;
const FEW = 100;
const JOBS = 2_000;
const ROUNDS = 5;
const START_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'byoc-b-'));
const payerOf = (index: number) => `0x${index.toString(16).padStart(40, '0')}`;

function fill(path: string, accounts: number): void {
  mkdirSync(path);
  const store = openStore(path);
  const insert = store.database.prepare('INSERT INTO ledger_accounts VALUES (?, ?, ?, ?, ?, ?)');
  store.database.exec('BEGIN');
  const wei = String(10n ** 18n);
  for (let index = 0; index < accounts; index += 1) insert.run('credit', payerOf(index), wei, wei, '0', '0');
  store.database.exec('COMMIT');
  store.close();
}

/** What a job does to the ledger: hold, charge, settle, each in its transaction. Accounts are drawn from all over. */
function run(ledger: ReturnType<typeof createLedgerStore>, accounts: number, tag: string): number[] {
  const samples: number[] = [];
  for (let index = 0; index < JOBS; index += 1) {
    const key = { provider: 'credit', payer: payerOf((index * 7919 + tag.length * 104_729) % accounts) };
    const jobId = `job_${tag}_${index}`;
    const startedAt = performance.now();
    ledger.apply(key, { type: 'hold', jobId, holdWei: 1000n, quoteWei: 1000n });
    ledger.apply(key, { type: 'charge', jobId, sequence: 1, totalWei: 500n });
    ledger.apply(key, { type: 'settle', jobId, totalWei: 700n });
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

const paths = { few: join(folder, 'few'), many: join(folder, 'many') };
fill(paths.few, FEW);
fill(paths.many, MANY);
const startedAt = performance.now();
const many = openStore(paths.many);
const manyLedger = createLedgerStore(many.database);
manyLedger.account({ provider: 'credit', payer: payerOf(MANY / 2) });
const startMs = performance.now() - startedAt;
const few = openStore(paths.few);
const fewLedger = createLedgerStore(few.database);

const samples = { few: [] as number[], many: [] as number[] };
const cpu = { few: 0, many: 0 };
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, ledger, accounts] of [
    ['few', fewLedger, FEW],
    ['many', manyLedger, MANY],
  ] as const) {
    const before = process.cpuUsage();
    samples[name].push(...run(ledger, accounts, `${name}${'x'.repeat(round)}`));
    const { user, system } = process.cpuUsage(before);
    cpu[name] += (user + system) / 1000 / JOBS / ROUNDS;
  }
for (const name of ['few', 'many'] as const)
  console.log(
    `${name.padEnd(6)} p50 ${percentile(samples[name], 0.5).toFixed(3)} ms, p99 ${percentile(samples[name], 0.99).toFixed(3)} ms, CPU ${cpu[name].toFixed(3)} ms a job`,
  );
const p50 = percentile(samples.many, 0.5) / percentile(samples.few, 0.5);
report('a job of one of 1,000,000 accounts / of 100, p50', p50.toFixed(2), '≤ 1.5', p50 <= 1.5);
const cpuRatio = cpu.many / cpu.few;
report('the same, CPU', cpuRatio.toFixed(2), '≤ 1.5', cpuRatio <= 1.5);
report(
  'opening it until the first account is read',
  `${startMs.toFixed(0)} ms`,
  `≤ ${START_MS} ms`,
  startMs <= START_MS,
);
many.close();
few.close();
rmSync(folder, { recursive: true });
