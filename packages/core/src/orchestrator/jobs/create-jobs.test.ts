import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ByocError } from '../../errors/byoc-error.ts';
import type { JobFrame, OpenJobFrame } from '../../protocol/frames.ts';

import {
  bytes,
  collect,
  echo,
  endless,
  errorOf,
  frames,
  open,
  runningRow,
  type Script,
  secret,
  setUpJobs,
  untilState,
} from './jobs-lab.ts';

describe('createJobs', () => {
  it('runs a job and writes how it ended before its last frame', async () => {
    const { jobs, rows, root } = setUpJobs();
    const seen: string[] = [];
    for await (const batch of jobs.runJob(frames(open('job_00000001'), { type: 'end' })))
      for (const frame of batch) {
        seen.push(frame.type);
        if (frame.type === 'result') expect(rows.get('job_00000001')?.end?.state).toBe('succeeded');
      }
    expect(seen).toEqual(['accepted', 'usage', 'result']);
    await jobs.close({ mode: 'drain', graceMs: 1000 });
    expect(readdirSync(join(root, 'jobs'))).toEqual([]);
  });

  it('names every wrong field of an input', async () => {
    const { jobs, rows } = setUpJobs();
    const error = errorOf(await collect(jobs.runJob(frames(open('job_00000001', { input: { times: 'x', more: 1 } })))));
    expect(error.code).toBe('CAPABILITY_INPUT_INVALID');
    expect((error.facts as unknown as { issues: { path: string }[] }).issues.map(({ path }) => path).sort()).toEqual([
      '/more',
      '/text',
      '/times',
    ]);
    expect(error.charged).toEqual({ amountWei: '0' });
    expect(rows.get('job_00000001')).toBeUndefined();
  });

  it('refuses a deadline in the past, a short secret, another contract and an unknown capability', async () => {
    const { jobs } = setUpJobs();
    const refused = async (frame: OpenJobFrame) => errorOf(await collect(jobs.runJob(frames(frame)))).code;
    expect(await refused(open('job_00000001', { deadline: 1 }))).toBe('JOB_DEADLINE_PASSED');
    expect(await refused(open('job_00000001', { jobSecret: new Uint8Array(15) }))).toBe('JOB_OPEN_INVALID');
    expect(await refused(open('job_00000001', { contractDigest: 'sha256:ff' }))).toBe('CONTRACT_DIGEST_MISMATCH');
    const other = open('job_00000001');
    expect(await refused({ ...other, open: { ...other.open, capability: 'example/none' } })).toBe(
      'CAPABILITY_NOT_OFFERED',
    );
  });

  it('refuses an id that was used before, whatever the secret', async () => {
    const { jobs } = setUpJobs();
    await collect(jobs.runJob(frames(open('job_00000001'))));
    expect(errorOf(await collect(jobs.runJob(frames(open('job_00000001'))))).code).toBe('JOB_ALREADY_EXISTS');
  });

  it('runs 1,000 jobs at once on 2 slots', async () => {
    const { jobs, running } = setUpJobs({ slots: 2, limits: { queueLimit: 1000 } });
    const all = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => collect(jobs.runJob(frames(open(`job_${String(i).padStart(8, '0')}`))))),
    );
    expect(all.filter((one) => one.at(-1)?.type === 'result').length).toBe(1000);
    expect(running.most).toBe(2);
  });

  it('refuses a job when slots and queue are full, and starts the one that waits when a slot is free', async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const script: Script = async function* (calls) {
      await release;
      yield* echo(calls);
    };
    const { jobs } = setUpJobs({ script, limits: { queueLimit: 1 } });
    const first = collect(jobs.runJob(frames(open('job_00000001'))));
    const second = collect(jobs.runJob(frames(open('job_00000002'))));
    const third = await collect(jobs.runJob(frames(open('job_00000003'))));
    expect(errorOf(third).code).toBe('QUEUE_FULL');
    resolve();
    expect((await first).at(-1)?.type).toBe('result');
    expect((await second).map(({ type }) => type)).toEqual(['queued', 'accepted', 'usage', 'result']);
  });

  it('drops a queued job whose caller leaves, and leaves nothing', async () => {
    const { jobs, queues, rows, root } = setUpJobs({ script: endless });
    const first = jobs.runJob(frames(open('job_00000001')))[Symbol.asyncIterator]();
    await first.next();
    const call = new AbortController();
    const second = jobs.runJob(frames(open('job_00000002')), { signal: call.signal })[Symbol.asyncIterator]();
    expect((await second.next()).value).toEqual([{ type: 'queued', position: 1, awaitedParts: [] }]);
    call.abort(new ByocError('CALLER_GONE', { peer: 'x' }));
    await second.return?.(undefined);
    const { session } = jobs.find('job_00000002', secret);
    await session?.ended;
    expect(queues.totals()).toEqual({ running: 1, waiting: 0 });
    expect(rows.get('job_00000002')?.end?.state).toBe('cancelled');
    await first.return?.(undefined);
    await jobs.close({ mode: 'drain', graceMs: 5000 });
    expect(readdirSync(join(root, 'jobs'))).toEqual([]);
  });

  it('cancels a running job whose caller leaves', async () => {
    const { jobs, cancels, rows } = setUpJobs({ script: endless });
    const stream = jobs.runJob(frames(open('job_00000001')))[Symbol.asyncIterator]();
    await stream.next();
    await stream.return?.(undefined);
    expect(cancels).toEqual(['job_00000001']);
    await jobs.close({ mode: 'drain', graceMs: 5000 });
    expect(rows.get('job_00000001')?.end?.state).toBe('cancelled');
  });

  it('goes on without its caller when asked to, and tells one that attaches what it has missed', async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const script: Script = async function* (calls) {
      yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
      await release;
      for await (const batch of echo(calls)) if (batch.length === 2) yield batch;
    };
    const { jobs, cancels } = setUpJobs({ script });
    const stream = jobs.runJob(frames(open('job_00000001', { onDisconnect: 'continue' })))[Symbol.asyncIterator]();
    await stream.next();
    await stream.return?.(undefined);
    const { session } = jobs.find('job_00000001', secret);
    expect(session?.state).toBe('detached');
    resolve();
    await session?.ended;
    expect(cancels).toEqual([]);
    const request = { jobId: 'job_00000001', jobSecret: secret, afterSequence: 1 };
    expect(await collect(jobs.attachJob(request))).toMatchObject([{ sequence: 2 }, { type: 'result', sequence: 3 }]);
    await expect(async () =>
      collect(jobs.attachJob({ ...request, jobSecret: new Uint8Array(16) })),
    ).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('cancels a job whose caller left and does not come back', async () => {
    const { jobs } = setUpJobs({ script: endless, limits: { detachedMs: 5 } });
    const stream = jobs.runJob(frames(open('job_00000001', { onDisconnect: 'continue' })))[Symbol.asyncIterator]();
    await stream.next();
    const { session } = jobs.find('job_00000001', secret);
    await stream.return?.(undefined);
    expect(await session?.ended).toMatchObject({ state: 'cancelled', amountWei: 0n });
  });

  it('charges nothing when the worker is lost midway', async () => {
    const { jobs, gone, rows } = setUpJobs({ script: endless });
    const all = collect(jobs.runJob(frames(open('job_00000001'))));
    await untilState(jobs, 'running');
    gone.abort(new ByocError('JOB_CRASHED', { jobId: 'x', message: 'signal 9' }));
    const error = errorOf(await all);
    expect(error).toMatchObject({ code: 'WORKER_LOST', recovery: 'retry-other', charged: { amountWei: '0' } });
    expect(rows.get('job_00000001')?.end?.state).toBe('failed');
  });

  it('ends a job at its deadline, even when the worker ignores the cancel', async () => {
    const { jobs, cancels } = setUpJobs({ script: endless });
    const all = await collect(jobs.runJob(frames(open('job_00000001', { deadline: Date.now() + 20 }))));
    expect(errorOf(all).code).toBe('JOB_DEADLINE_EXCEEDED');
    expect(cancels).toEqual(['job_00000001']);
  });

  it.each<[string, JobFrame[]]>([
    ['FRAME_OUT_OF_ORDER', [{ sequence: 2, type: 'accepted', capability: 'x' }]],
    [
      'USAGE_DECREASED',
      [
        { sequence: 1, type: 'accepted', capability: 'x' },
        { sequence: 2, type: 'usage', usage: { characters: 2n } },
        { sequence: 3, type: 'usage', usage: { characters: 1n } },
      ],
    ],
    [
      'CAPABILITY_OUTPUT_INVALID',
      [
        { sequence: 1, type: 'accepted', capability: 'x' },
        { sequence: 2, type: 'result', outputJson: bytes({}), usage: {}, parts: [] },
      ],
    ],
    [
      'JOB_OUTPUT_UNSAFE',
      [
        { sequence: 1, type: 'accepted', capability: 'x' },
        {
          sequence: 2,
          type: 'result',
          outputJson: bytes({ text: '' }),
          usage: {},
          parts: [{ name: 'none', sizeBytes: 1, sha256: '', mediaType: '' }],
        },
      ],
    ],
  ])('distrusts the worker: %s', async (code, batch) => {
    const { jobs } = setUpJobs({
      script: async function* () {
        yield batch;
      },
    });
    expect(errorOf(await collect(jobs.runJob(frames(open('job_00000001')))))).toMatchObject({
      code,
      charged: { amountWei: '0' },
    });
  });

  it('refuses waiting jobs when the plugin fails', async () => {
    const { jobs, change } = setUpJobs({ slots: 1 });
    change({ worker: undefined, phase: 'starting' });
    const all = collect(jobs.runJob(frames(open('job_00000001'))));
    await untilState(jobs, 'queued');
    change({ phase: 'quarantined', reason: 'it crashes' });
    expect(errorOf(await all).code).toBe('PLUGIN_UNAVAILABLE');
  });

  it('takes no slot before its parts are whole, and resumes an upload', async () => {
    const { jobs, queues } = setUpJobs();
    const uploads = [{ name: 'a', sizeBytes: 4, mediaType: '', inboxFile: '', sha256: '' }];
    const stream = jobs.runJob(frames(open('job_00000001', { uploads })))[Symbol.asyncIterator]();
    expect((await stream.next()).value).toEqual([{ type: 'queued', position: 0, awaitedParts: ['a'] }]);
    expect(queues.totals()).toEqual({ running: 0, waiting: 0 });
    const { session } = jobs.find('job_00000001', secret);
    const body = (text: string) =>
      (async function* () {
        yield new TextEncoder().encode(text);
      })();
    expect(await session?.uploads.receive('a', 0, body('ab'))).toBe(false);
    await expect(session?.uploads.receive('a', 0, body('ab'))).rejects.toMatchObject({
      code: 'UPLOAD_OFFSET_MISMATCH',
    });
    expect(await session?.uploads.receive('a', 2, body('cd'))).toBe(true);
    expect((await stream.next()).value).toMatchObject([{ type: 'accepted' }]);
    await stream.return?.(undefined);
  });

  it('goes on after a restart with jobs whose worker was found again, and fails the others', async () => {
    const before = setUpJobs();
    before.rows.insert({ ...runningRow, jobId: 'job_00000001', workerId: 'w1' });
    before.rows.insert({ ...runningRow, jobId: 'job_00000002', workerId: 'w0' });
    const { jobs, rows, root } = setUpJobs({ database: before.database });
    mkdirSync(join(root, 'jobs', 'job_00000002'));
    await jobs.recover();
    await jobs.close({ mode: 'drain', graceMs: 1000 });
    expect(rows.get('job_00000001')?.end).toMatchObject({ state: 'succeeded', lastSequence: 3 });
    expect(rows.get('job_00000002')?.end).toMatchObject({ state: 'failed', error: { code: 'ORCHESTRATOR_RESTARTED' } });
    expect(existsSync(join(root, 'jobs', 'job_00000002'))).toBe(false);
  });

  it('goes on after a restart with a job whose oldest frames are no longer kept', async () => {
    const before = setUpJobs();
    before.rows.insert({ ...runningRow, jobId: 'job_00000001', workerId: 'w1' });
    const { jobs, rows } = setUpJobs({ database: before.database, replayGone: 1 });
    await jobs.recover();
    await jobs.close({ mode: 'drain', graceMs: 1000 });
    const end = rows.get('job_00000001')?.end;
    expect(end).toMatchObject({ state: 'succeeded', lastSequence: 3, usage: { characters: 2n } });
  });

  it('answers a cancel when the job has ended, not before', async () => {
    const { jobs, rows } = setUpJobs({ script: endless });
    const running = collect(jobs.runJob(frames(open('job_00000001'))));
    await untilState(jobs, 'running');
    expect(await jobs.cancelJob({ jobId: 'job_00000001', jobSecret: secret, reason: '' })).toEqual({ cancelled: true });
    expect(rows.get('job_00000001')?.end?.state).toBe('cancelled');
    await running;
    expect(await jobs.cancelJob({ jobId: 'job_00000001', jobSecret: secret, reason: '' })).toEqual({
      cancelled: false,
    });
  });
});
