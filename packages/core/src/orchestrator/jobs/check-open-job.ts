import { ByocError } from '../../errors/byoc-error.ts';
import { isJobId } from '../../primitives/job-id.ts';
import { isPartName } from '../../primitives/part-name.ts';
import type { OpenJobFrame } from '../../protocol/frames.ts';
import type { JobLimits } from './job-limits.ts';

const SECRET_BYTES_MIN = 16;
const SECRET_BYTES_MAX = 1024;

/**
 * Checks what an opening frame says about the job itself. The capability and the input are checked against a plugin.
 *
 * @throws ByocError JOB_OPEN_INVALID, JOB_DEADLINE_PASSED, PART_TOO_LARGE
 */
export function checkOpenJob(frame: OpenJobFrame, options: { now: number; limits: JobLimits }): void {
  const { jobId, deadline, stagedParts } = frame.open;
  const refuse = (field: string, reason: string) =>
    new ByocError('JOB_OPEN_INVALID', { jobId: jobId.slice(0, 64), field, reason });
  if (!isJobId(jobId)) throw refuse('job_id', 'must be 8 to 64 letters, digits, `_` or `-`');
  const secretBytes = frame.jobSecret.length;
  if (secretBytes < SECRET_BYTES_MIN || secretBytes > SECRET_BYTES_MAX)
    throw refuse('job_secret', `must have ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes, got ${secretBytes}`);
  if (stagedParts.length > 0) throw refuse('staged_parts', 'must be empty: use `uploads`');
  if (!(deadline > options.now)) {
    const time = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms));
    throw new ByocError('JOB_DEADLINE_PASSED', { jobId, deadline: time(deadline), now: time(options.now) });
  }
  checkUploads(frame, options.limits, refuse);
}

function checkUploads(
  frame: OpenJobFrame,
  limits: JobLimits,
  refuse: (field: string, reason: string) => ByocError,
): void {
  const { uploads } = frame;
  if (uploads.length > limits.partsMax)
    throw refuse('uploads', `must be at most ${limits.partsMax}, got ${uploads.length}`);
  const names = new Set<string>();
  let roomBytes = limits.partsBytesMax;
  for (const { name, sizeBytes } of uploads) {
    if (!isPartName(name)) throw refuse('uploads', `names \`${name.slice(0, 200)}\`, which is no part name`);
    if (names.has(name)) throw refuse('uploads', `names \`${name}\` twice`);
    names.add(name);
    roomBytes -= sizeBytes;
    if (roomBytes < 0)
      throw new ByocError('PART_TOO_LARGE', { jobId: frame.open.jobId, part: name, limitBytes: limits.partsBytesMax });
  }
  for (const name of names)
    for (const other of names)
      if (other.startsWith(`${name}/`)) throw refuse('uploads', `names \`${name}\` and, below it, \`${other}\``);
}
