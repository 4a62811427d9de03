import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { onTestFinished as after, describe, expect, it } from 'vitest';
import { createCreditOrchestratorProvider } from '../../payment/credit/create-credit-orchestrator-provider.ts';
import { signCredit } from '../../payment/credit/credit-authorization.ts';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { verifyReceipt } from '../../payment/receipt/verify-receipt.ts';
import type { JobFrame, OpenJobFrame } from '../../protocol/frames.ts';
import { jobsMigration } from '../store/jobs-migration.ts';
import { ledgerMigration } from '../store/ledger-migration.ts';
import { sha256 } from './accept-job.ts';
import { bytes, collect, frames, open, type Script, setUpJobs, signer } from './jobs-lab.ts';

const payer = createLocalSigner(new Uint8Array(32).fill(9));
const key = { provider: 'credit', payer: payer.address.toLowerCase() };
const price = { baseWei: '10', meters: { characters: { amountWei: '3', per: '1' } } };
const GRANTED = 1000n;

async function paid(jobId: string, maxCostWei: bigint, digest: string): Promise<OpenJobFrame> {
  const frame = open(jobId);
  const inputSha256 = Buffer.from(sha256(frame.open.inputJson)).toString('hex');
  const job = { jobId, capability: 'example/echo@1.0.0', contractDigest: digest, inputSha256, price };
  const terms = { orchestrator: signer.address, signer: payer, amountWei: maxCostWei, expiresAt: Date.now() + 600_000 };
  return { ...frame, payment: { provider: 'credit', maxCostWei, data: await signCredit(job, terms) } };
}

function setUp(database: DatabaseSync, script?: Script) {
  const lab = setUpJobs({
    database,
    price,
    limits: { topUpWaitMs: 0 },
    providers: [createCreditOrchestratorProvider()],
    ...(script ? { script } : {}),
  });
  const digest = lab.host.list()[0]?.manifest.capabilities[0]?.digest as string;
  return { ...lab, digest };
}

/** Everything that must hold whenever nothing runs: no wei made or lost, and ledger, rows and receipts agree. */
function checkBooks({ desk, rows }: ReturnType<typeof setUp>, jobIds: readonly string[]): bigint {
  let earnedWei = 0n;
  for (const jobId of jobIds) {
    const end = rows.get(jobId)?.end;
    if (end === undefined) continue;
    const receipt = verifyReceipt(
      { receiptJson: end.receiptJson as Uint8Array, signature: end.receiptSignature as Uint8Array },
      { jobId, orchestrator: signer.address },
    );
    expect(BigInt(receipt.amountWei)).toBe(end.amountWei);
    expect(desk.ledger.job(jobId)).toMatchObject({ state: 'settled', chargedWei: end.amountWei, heldWei: 0n });
    earnedWei += end.amountWei;
  }
  const availableWei = GRANTED - earnedWei;
  expect(desk.ledger.account(key)).toEqual({ creditedWei: GRANTED, availableWei, heldWei: 0n, earnedWei });
  return earnedWei;
}

/** A database whose process is killed before its write of that number: what is on the disk then is what `crashed` gets. */
function killedBefore(
  write: number,
  { path, crashed }: { path: string; crashed: string },
): DatabaseSync & { writes(): number } {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  let writes = 0;
  const kill = () => {
    writes += 1;
    if (writes < write) return;
    if (!existsSync(crashed)) {
      cpSync(path, crashed);
      cpSync(`${path}-wal`, `${crashed}-wal`);
    }
    throw new Error('killed');
  };
  return new Proxy(database, {
    get(target, name) {
      if (name === 'writes') return () => writes;
      if (name !== 'prepare') {
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (sql: string) => {
        const statement = target.prepare(sql);
        return new Proxy(statement, {
          get(_, method) {
            const value = Reflect.get(statement, method, statement);
            if (method !== 'run') return typeof value === 'function' ? value.bind(statement) : value;
            return (...values: never[]) => {
              kill();
              return statement.run(...values);
            };
          },
        });
      };
    },
  }) as DatabaseSync & { writes(): number };
}

describe('a paid job that is killed before any of its writes', () => {
  it('is settled with its receipt, or never was: no wei is made or lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'byoc-crash-'));
    after(() => rmSync(folder, { recursive: true }));
    const outcomes = new Set<string>();
    let write = 1;
    for (; ; write += 1) {
      const path = join(folder, `${write}.sqlite`);
      const crashed = join(folder, `${write}-crashed.sqlite`);
      const made = new DatabaseSync(path);
      made.exec(`PRAGMA journal_mode = WAL; ${jobsMigration} ${ledgerMigration}`);
      setUp(made).desk.ledger.apply(key, { type: 'credit', creditId: 'grant', amountWei: GRANTED });
      made.close();
      const database = killedBefore(write, { path, crashed });
      const before = setUp(database);
      await collect(before.jobs.runJob(frames(await paid('job_00000001', 500n, before.digest)))).catch(() => {});
      database.close();
      if (!existsSync(crashed)) break;
      const reopened = new DatabaseSync(crashed);
      const restarted = setUp(reopened);
      restarted.change({ worker: undefined });
      await restarted.jobs.recover();
      checkBooks(restarted, ['job_00000001']);
      outcomes.add(restarted.rows.get('job_00000001')?.end?.error?.code ?? 'never was');
      // A second start finds nothing to do.
      await setUp(reopened).jobs.recover();
      checkBooks(restarted, ['job_00000001']);
      reopened.close();
    }
    // BEGIN, job, account, hold, COMMIT; BEGIN, account, job, end, COMMIT.
    expect(write - 1).toBe(10);
    expect(outcomes).toEqual(new Set(['never was', 'ORCHESTRATOR_RESTARTED']));
  }, 60_000);
});

/** What a job does: characters that it counts with each event, and how it ends. */
const plan = fc.record({
  steps: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
  end: fc.constantFrom('result', 'error', 'crash', 'less', 'none' as const),
  maxCostWei: fc.bigInt(0n, 400n),
});

function scriptOf({ steps, end }: { steps: readonly number[]; end: string }): Script {
  return async function* (): AsyncGenerator<readonly JobFrame[]> {
    let sequence = 1;
    let characters = 0n;
    yield [{ sequence, type: 'accepted', capability: 'example/echo@1.0.0' }];
    for (const more of steps) {
      characters += BigInt(more);
      yield [
        { sequence: ++sequence, type: 'event', eventJson: bytes({}) },
        { sequence: ++sequence, type: 'usage', usage: { characters } },
      ];
    }
    if (end === 'less') yield [{ sequence: ++sequence, type: 'usage', usage: { characters: characters - 1n } }];
    if (end === 'crash') throw new Error('the connection broke');
    const usage: Record<string, bigint> = end === 'none' && steps.length === 0 ? {} : { characters };
    yield [{ sequence: sequence + 1, type: 'result', outputJson: bytes({ text: 'hi' }), usage, parts: [] }];
  };
}

describe('any sequence of paid jobs', () => {
  it('makes no wei and loses none: ledger, rows and receipts agree, and no job costs more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { maxLength: 6 }), async (plans) => {
        const database = new DatabaseSync(':memory:');
        database.exec(`${jobsMigration} ${ledgerMigration}`);
        let current = plans[0];
        const lab = setUp(database, (...args) => scriptOf(current as (typeof plans)[0])(...args));
        lab.desk.ledger.apply(key, { type: 'credit', creditId: 'grant', amountWei: GRANTED });
        const jobIds: string[] = [];
        for (const [index, next] of plans.entries()) {
          current = next;
          const jobId = `job_0000000${index}`;
          jobIds.push(jobId);
          const all = await collect(lab.jobs.runJob(frames(await paid(jobId, next.maxCostWei, lab.digest))));
          const chargedWei = lab.rows.get(jobId)?.end?.amountWei ?? 0n;
          expect(chargedWei).toBeLessThanOrEqual(next.maxCostWei);
          const last = all.at(-1);
          if (last?.type === 'error') expect(last.error.charged).toEqual({ amountWei: String(chargedWei) });
          checkBooks(lab, jobIds);
        }
        database.close();
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
