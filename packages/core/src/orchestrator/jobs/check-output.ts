import { join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { modelDigests } from '../../payment/receipt/model-digests.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { JobFrame } from '../../protocol/frames.ts';
import { openOutputFile } from './job-directory.ts';
import type { JobEnding } from './job-end.ts';
import type { JobSession } from './job-session.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Distrusts a result: its JSON against the contract, its files one by one. */
export async function checkOutput(session: JobSession, frame: JobFrame & { type: 'result' }): Promise<JobEnding> {
  const { capability, validator, jobId } = session.job;
  const invalid = (path: string, message: string) =>
    new ByocError('CAPABILITY_OUTPUT_INVALID', { capability, issues: [{ path, message }] });
  try {
    let output: unknown;
    try {
      output = JSON.parse(decoder.decode(frame.outputJson));
    } catch {
      throw invalid('', 'is not JSON');
    }
    const issues = validator.validateOutput(output);
    if (issues.length > 0) throw new ByocError('CAPABILITY_OUTPUT_INVALID', { capability, issues });
    for (const part of frame.parts) {
      const { file, sizeBytes } = await openOutputFile(join(session.directory.path, 'out'), part.name, {
        jobId,
        trusted: session.job.jobsDirectory,
      });
      await file.close();
      if (sizeBytes !== part.sizeBytes)
        throw invalid('', `names ${part.name} with ${part.sizeBytes} bytes; it has ${sizeBytes}`);
    }
    return { type: 'result', outputJson: frame.outputJson, parts: frame.parts, modelDigests: modelDigests(output) };
  } catch (error) {
    return { type: 'error', error: toByocError(error) };
  }
}
