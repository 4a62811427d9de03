import { ByocError } from '@byoc/core';
import type { JobResult } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { type TranscodeProof, verifyTranscode } from '@byoc/plugin-transcode/proof';

/** A result whose usage was recomputed from its files. */
export interface VerifiedResult {
  readonly facts: TranscodeProof;
  /** For people, for example `13824000 pixels`. */
  readonly counted: string;
  /** USAGE_MISMATCH when the files do not agree with the bill. */
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
  const { success, data: output } = transcode.schemas.output.safeParse(result.output);
  if (!success) return undefined;
  const facts = await verifyTranscode({ ...result, output }, { directory, signal });
  return verified(facts, { orchestrator: result.orchestrator.url, jobId: result.jobId });
}

/** What a proof means for the command. */
export function verified(facts: TranscodeProof, job: { orchestrator: string; jobId: string }): VerifiedResult {
  const error = facts.matches
    ? undefined
    : new ByocError('USAGE_MISMATCH', { capability: transcode.name, ...job, mismatches: [...facts.mismatches] });
  return { facts, counted: `${facts.usage.pixels} pixels`, error };
}
