import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { ByocError } from '@byoc/core';
import type { JobResult } from '@byoc/core/gateway';
import { createProvenance, statedFiles } from '@byoc/core/payment';

/** Where the provenance of a file is, unless somebody says otherwise. */
export function provenancePath(file: string): string {
  return `${file}.provenance.json`;
}

/** The SHA-256 of a file, as 64 lower-case hex digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** What was written. */
export interface WrittenProvenance {
  readonly paths: readonly string[];
  /** PROVENANCE_UNAVAILABLE when there is nothing to write. */
  readonly error: ByocError | undefined;
}

/** Writes beside each file that the output names by its sha256 what proves where it comes from. */
export async function writeProvenance(
  result: Pick<JobResult, 'jobId' | 'output' | 'outputJson' | 'receipt' | 'payment'>,
  files: readonly string[],
): Promise<WrittenProvenance> {
  const { jobId, receipt, payment } = result;
  const fail = (reason: string) => ({
    paths: [],
    error: new ByocError('PROVENANCE_UNAVAILABLE', { jobId, reason }),
  });
  // Only a receipt that was checked is worth anything.
  if (receipt === undefined || payment.receipt === undefined) return fail('the orchestrator gave no valid receipt');
  const text = `${JSON.stringify(createProvenance(receipt, result.outputJson), null, 2)}\n`;
  const stated = new Set(statedFiles(result.output).map(({ sha256 }) => sha256));
  const paths: string[] = [];
  for (const file of files) {
    if (!stated.has(await sha256OfFile(file))) continue;
    await writeFile(provenancePath(file), text);
    paths.push(provenancePath(file));
  }
  return paths.length === 0 ? fail('the output names no file by its sha256') : { paths, error: undefined };
}
