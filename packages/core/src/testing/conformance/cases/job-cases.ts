import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createContractValidator } from '../../../capability/contract-validator.ts';
import { parseManifest } from '../../../manifest/parse-manifest.ts';
import { createJobId } from '../../../primitives/job-id.ts';
import { writeProbeFrame } from '../../../protocol/probe/write-probe-frame.ts';
import { workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectLawfulFrames } from '../expect-lawful-frames.ts';
import { expectThat } from '../expect-that.ts';

/** An unknown field, number 1000, a varint: legal after any message. */
const UNKNOWN_FIELD = Uint8Array.of(0xc0, 0x3e, 0x01);
const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

/** Jobs that go well. */
export const jobCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'runs-a-job',
      musts: ['W-11', 'W-12', 'W-16', 'W-20'],
      title: 'runs a job: accepted first, numbered without gaps, usage never falling, the result last',
    },
    async (session) => {
      const worker = await session.worker();
      const manifest = parseManifest(await worker.answer(workerMethods.getManifest, undefined), {
        location: 'GetManifest',
      });
      const { capability } = session.sample;
      const stated = manifest.capabilities.find(
        ({ contract }) => `${contract.name}@${contract.version}` === capability,
      );
      expectThat(stated !== undefined, `${capability} in the manifest`, 'it is not there');
      const frames = await worker.openSmall().finish();
      const result = expectLawfulFrames(frames, { capability });
      const validator = createContractValidator(stated.contract);
      const say = (issues: readonly { path: string; message: string }[]) =>
        issues.map(({ path, message }) => `\`${path}\` ${message}`).join('; ');
      const wrong = validator.validateOutput(parse(result.outputJson));
      expectThat(wrong.length === 0, 'an output that fits its schema', say(wrong));
      for (const { frame } of frames) {
        if (frame.type !== 'event') continue;
        const issues = validator.validateEvent(parse(frame.eventJson));
        expectThat(issues.length === 0, 'events that fit their schema', say(issues));
      }
      const meters = Object.keys(result.usage).filter((meter) => !Object.hasOwn(stated.contract.meters, meter));
      expectThat(meters.length === 0, 'usage of meters that the contract names', `it named ${meters.join(', ')} too`);
    },
  ),
  defineCase(
    {
      id: 'half-close-is-end',
      musts: ['W-10', 'W-26'],
      title: 'takes a half-closed stream for the end of the frames, not for a disconnect',
    },
    async (session) => {
      const worker = await session.worker();
      const { input, parts, capability } = session.sample;
      const job = worker.open(input);
      job.sendParts(parts);
      job.halfClose();
      expectLawfulFrames(await job.finish(), { capability });
    },
  ),
  defineCase(
    { id: 'ignores-unknown-fields', musts: ['W-7'], title: 'ignores fields it does not know' },
    async (session) => {
      const worker = await session.worker();
      const { input, parts, capability } = session.sample;
      const job = worker.call();
      job.sendBytes(Buffer.concat([writeProbeFrame(worker.frame(job.jobId, input)), UNKNOWN_FIELD]));
      job.sendParts(parts);
      job.end();
      expectLawfulFrames(await job.finish(), { capability });
    },
  ),
  defineCase(
    {
      id: 'lists-its-output-files',
      musts: ['W-21', 'W-22'],
      title: 'lists every file of `out` with its size in the result, and writes into no other folder of the jobs',
      needs: ['process'],
    },
    async (session) => {
      const { own, worker } = await session.startReady();
      const job = worker.openSmall();
      const result = expectLawfulFrames(await job.finish(), { capability: session.sample.capability });
      const folder = join(own.root, 'jobs');
      const out = join(folder, job.jobId, 'out');
      const entries = await readdir(out, { recursive: true, withFileTypes: true }).catch(() => []);
      const there = entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1));
      const listed = result.parts.map(({ name }) => name);
      expectThat(
        there.toSorted().join() === listed.toSorted().join(),
        `the result to list ${there.join(', ') || 'no file'}`,
        `it lists ${listed.join(', ') || 'none'}`,
      );
      for (const { name, sizeBytes } of result.parts) {
        const { size } = await lstat(join(out, name));
        expectThat(size === sizeBytes, `${name} to have ${sizeBytes} bytes, as the result says`, `it has ${size}`);
      }
      const others = (await readdir(folder)).filter((name) => name !== job.jobId);
      expectThat(others.length === 0, `no folder of the jobs but ${job.jobId}`, `there were ${others.join(', ')}`);
    },
  ),
  defineCase(
    {
      id: 'reads-staged-parts',
      musts: ['W-20', 'W-21'],
      title: 'reads parts that its host has staged in the job directory',
      needs: ['parts', 'process'],
    },
    async (session) => {
      const { own, worker } = await session.startReady();
      const { input, parts = {}, capability } = session.sample;
      const jobId = createJobId();
      const stagedParts = [];
      for (const [name, data] of Object.entries(parts)) {
        const file = `in/${name}`;
        const path = join(own.root, 'jobs', jobId, file);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, data);
        stagedParts.push({ name, uri: '', file, sizeBytes: data.length, mediaType: '' });
      }
      const job = worker.open(input, { jobId, stagedParts });
      job.end();
      expectLawfulFrames(await job.finish(), { capability });
    },
  ),
  defineCase(
    {
      id: 'misses-parts',
      musts: ['W-12', 'W-20'],
      title: 'fails a job whose part was not sent when the caller ends',
      needs: ['parts'],
    },
    async (session) => {
      const worker = await session.worker();
      const job = worker.open(session.sample.input);
      job.end();
      await job.finishWithError('JOB_PART_MISSING');
    },
  ),
];
