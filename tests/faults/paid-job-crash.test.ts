import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyReceipt } from '@byoc/core/payment';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signer } from '../../packages/core/src/orchestrator/jobs/jobs-lab.ts';
import { key, setUpPaidJobs } from '../../packages/core/src/orchestrator/jobs/paid-lab.ts';
import { jobsMigration } from '../../packages/core/src/orchestrator/store/jobs-migration.ts';
import { ledgerMigration } from '../../packages/core/src/orchestrator/store/ledger-migration.ts';
import { type BundledScript, bundleScript } from '../support/bundle-script.ts';

const GRANTED = 1000n;
let folder: string;
let orchestrator: BundledScript;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-mortal-'));
  orchestrator = await bundleScript(join(import.meta.dirname, '../fixtures/mortal-job.ts'));
  const made = new DatabaseSync(join(folder, 'new.sqlite'));
  made.exec(`${jobsMigration} ${ledgerMigration}`);
  made.close();
});
afterAll(async () => {
  await orchestrator?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Starts on what a dead orchestrator left behind, and checks that no wei was made or lost; returns how the job ended. */
async function recover(file: string): Promise<string> {
  const database = new DatabaseSync(file);
  const lab = setUpPaidJobs({ database, balanceWei: GRANTED });
  lab.change({ worker: undefined });
  await lab.jobs.recover();
  const jobId = 'job_00000001';
  const end = lab.rows.get(jobId)?.end;
  const earnedWei = end?.amountWei ?? 0n;
  if (end !== undefined) {
    const { receiptJson = new Uint8Array(), receiptSignature: signature = new Uint8Array() } = end;
    const receipt = verifyReceipt({ receiptJson, signature }, { jobId, orchestrator: signer.address });
    expect(BigInt(receipt.amountWei)).toBe(earnedWei);
    expect(lab.desk.ledger.job(jobId)).toMatchObject({ state: 'settled', chargedWei: earnedWei, heldWei: 0n });
  }
  const availableWei = GRANTED - earnedWei;
  expect(lab.desk.ledger.account(key)).toEqual({ creditedWei: GRANTED, availableWei, heldWei: 0n, earnedWei });
  database.close();
  return end === undefined ? 'never was' : (end.error?.code ?? end.state);
}

it('an orchestrator that is killed before any write of a paid job leaves every wei where it belongs', async () => {
  const seen = new Set<string>();
  let writes = 0;
  for (let dieAt = 0; dieAt <= writes; dieAt += 1) {
    const file = join(folder, `${dieAt}.sqlite`);
    await copyFile(join(folder, 'new.sqlite'), file);
    const { signal, stdout } = await orchestrator.run(file, String(dieAt));
    expect([dieAt, signal]).toEqual([dieAt, dieAt === 0 ? null : 'SIGKILL']);
    if (dieAt === 0) writes = Number(stdout);
    const outcome = await recover(file);
    // A second start finds nothing to do.
    expect(await recover(file)).toBe(outcome);
    seen.add(outcome);
  }
  // Accepting it, raising its hold, ending it: each a transaction of several writes.
  expect(writes).toBeGreaterThan(12);
  expect(seen).toEqual(new Set(['succeeded', 'never was', 'ORCHESTRATOR_RESTARTED']));
});
