import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobDirectory, makeJobDirectory, openOutputFile } from './job-directory.ts';

const jobId = 'job_12345678';
let root: string;
let jobs: string;
let secrets: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'byoc-dir-'));
  jobs = join(root, 'jobs');
  secrets = join(root, 'secrets');
  for (const folder of [jobs, secrets, join(secrets, 'out')]) mkdirSync(folder);
  writeFileSync(join(secrets, 'key'), 'secret');
  writeFileSync(join(secrets, 'out', 'key'), 'secret');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a job directory of a hostile worker', () => {
  const out = () => join(jobs, jobId, 'out');
  const unsafe = expect.objectContaining({ code: 'JOB_OUTPUT_UNSAFE' });

  it('is not read through an `out` that became a link', async () => {
    makeJobDirectory(jobs, jobId);
    rmSync(out(), { recursive: true });
    symlinkSync(secrets, out());
    await expect(openOutputFile(out(), 'key', { jobId, trusted: jobs })).rejects.toThrow(unsafe);
    await expect(jobDirectory(jobs, jobId).moveOutput(join(root, 'kept'))).rejects.toThrow(unsafe);
  });

  it('is not read through a job folder that became a link', async () => {
    makeJobDirectory(jobs, jobId);
    renameSync(join(jobs, jobId), join(jobs, 'aside'));
    symlinkSync(secrets, join(jobs, jobId));
    await expect(openOutputFile(out(), 'key', { jobId, trusted: jobs })).rejects.toThrow(unsafe);
    await expect(jobDirectory(jobs, jobId).moveOutput(join(root, 'kept'))).rejects.toThrow(unsafe);
  });

  it('gives a regular file', async () => {
    makeJobDirectory(jobs, jobId);
    writeFileSync(join(out(), 'a.txt'), 'text');
    const { file, sizeBytes } = await openOutputFile(out(), 'a.txt', { jobId, trusted: jobs });
    await file.close();
    expect(sizeBytes).toBe(4);
  });
});
