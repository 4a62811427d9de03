import { ByocError, zodIssues } from '@byoc/core';
import type { JobResult } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { type TranscodeProof, verifyTranscode } from '@byoc/plugin-transcode/proof';

/** A result whose usage was recomputed from its files, or could not be. */
export interface VerifiedResult {
  /** Undefined when the output is none of the capability's: nothing could be counted. */
  readonly facts: TranscodeProof | undefined;
  /** For people, for example `13824000 pixels`. */
  readonly counted: string;
  /** USAGE_MISMATCH when the files do not agree with the bill, CAPABILITY_OUTPUT_INVALID when there is nothing to count by. */
  readonly error: ByocError | undefined;
}

/** Recomputes the usage of a downloaded result; undefined for a capability whose usage can't be recomputed from its files. */
export async function verifyResult(
  capability: string,
  result: Pick<JobResult, 'output' | 'usage' | 'parts' | 'orchestrator' | 'jobId'>,
  directory: string,
  signal: AbortSignal,
): Promise<VerifiedResult | undefined> {
  if (capability.split('@')[0] !== transcode.name) return undefined;
  const parsed = transcode.schemas.output.safeParse(result.output);
  if (!parsed.success) {
    const issues = zodIssues(parsed.error, result.output);
    const error = new ByocError('CAPABILITY_OUTPUT_INVALID', { capability: transcode.reference, issues });
    return { facts: undefined, counted: 'nothing', error };
  }
  const facts = await verifyTranscode({ ...result, output: parsed.data }, { directory, signal });
  return verified(facts, { orchestrator: result.orchestrator.url, jobId: result.jobId });
}

/** What a proof means for the command. */
export function verified(facts: TranscodeProof, job: { orchestrator: string; jobId: string }): VerifiedResult {
  const error = facts.matches
    ? undefined
    : new ByocError('USAGE_MISMATCH', { capability: transcode.name, ...job, mismatches: [...facts.mismatches] });
  return { facts, counted: `${facts.usage.pixels} pixels`, error };
}
