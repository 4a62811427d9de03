import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createJobRows, type JobRow } from './job-rows.ts';
import { jobsMigration } from './jobs-migration.ts';
import { ledgerMigration } from './ledger-migration.ts';

function open() {
  const database = new DatabaseSync(':memory:');
  database.exec(jobsMigration);
  database.exec(ledgerMigration);
  return createJobRows(database);
}

const row: Omit<JobRow, 'end'> = {
  jobId: 'job_12345678',
  pluginId: 'echo',
  workerId: '',
  capability: 'example/echo@1.0.0',
  contractDigest: 'sha256:00',
  secretSha256: new Uint8Array(32),
  onDisconnect: 'cancel',
  deadline: 1_800_000_000_000,
  provider: 'free',
  maxCostWei: 10n ** 30n,
  price: { baseWei: '0', meters: {} },
  state: 'queued',
  acceptedAt: 1_700_000_000_000,
  payment: {
    payer: '0x00000000000000000000000000000000000000aa',
    inputSha256: '00',
    limitWei: String(10n ** 30n),
    bounded: true,
    meters: {},
    imageDigest: '',
  },
};

it('keeps a job from acceptance to its end', () => {
  const rows = open();
  expect(rows.insert(row)).toBe(true);
  expect(rows.listOpen()).toEqual([{ ...row, end: undefined }]);
  rows.setRunning(row.jobId, 'worker-1');
  const end = {
    state: 'succeeded' as const,
    endedAt: 1_700_000_000_001,
    lastSequence: 7,
    usage: { characters: 2n ** 63n },
    outputJson: new TextEncoder().encode('{}'),
    parts: [{ name: 'a/b.ts', sizeBytes: 1, sha256: '', mediaType: '' }],
    error: undefined,
    amountWei: 10n ** 29n,
    receiptJson: undefined,
    receiptSignature: undefined,
  };
  rows.end(row.jobId, end);
  expect(rows.get(row.jobId)).toEqual({ ...row, state: 'succeeded', workerId: 'worker-1', end });
  expect(rows.listOpen()).toEqual([]);
});

it('refuses an id that was used before', () => {
  const rows = open();
  rows.insert(row);
  expect(rows.insert({ ...row, pluginId: 'other' })).toBe(false);
  expect(rows.get(row.jobId)?.pluginId).toBe('echo');
});

it('forgets what ended before a time, but no open job and nothing that was paid for', () => {
  const rows = open();
  const end = {
    ...{ state: 'failed' as const, lastSequence: 1, usage: {}, outputJson: undefined, parts: [], error: undefined },
    ...{ amountWei: 0n, receiptJson: undefined, receiptSignature: undefined },
  };
  const { payment } = row;
  if (payment === undefined) throw new Error('the row has no payment');
  const endAt = (jobId: string, endedAt: number, receiptJson?: Uint8Array, payer = payment.payer) => {
    rows.insert({ ...row, jobId, payment: { ...payment, payer } });
    rows.end(jobId, { ...end, endedAt, receiptJson });
  };
  rows.insert(row);
  endAt('job_old00001', 99);
  endAt('job_paid0001', 99, new TextEncoder().encode('{}'));
  endAt('job_free0001', 99, new TextEncoder().encode('{}'), '');
  endAt('job_young001', 100);
  expect(rows.forget(100)).toBe(2);
  expect(rows.forget(100)).toBe(0);
  const kept = [row.jobId, 'job_old00001', 'job_paid0001', 'job_young001'].filter((id) => rows.get(id) !== undefined);
  expect(kept).toEqual([row.jobId, 'job_paid0001', 'job_young001']);
});

it('knows nothing of a job that was never opened', () => {
  expect(open().get('job_87654321')).toBeUndefined();
});
