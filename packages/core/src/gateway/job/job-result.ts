import { ByocError } from '../../errors/byoc-error.ts';
import type { GatewayOffer } from '../offers/indexed-offer.ts';
import { type DownloadOptions, downloadParts, fetchPart, type PartsOrigin } from '../parts/download-parts.ts';
import type { AttemptResult } from './attempt.ts';
import type { JobResult } from './job.ts';

/** Makes the result a caller gets; `discard` lets the orchestrator forget the job's files. */
export function jobResult(
  ended: AttemptResult,
  facts: { offer: GatewayOffer; jobId: string; attempts: number },
  track: (work: Promise<void>) => void,
): { result: JobResult; discard: () => Promise<void> } {
  const { orchestrator, parts: client } = ended.connection;
  const origin: PartsOrigin = {
    job: ended.access,
    url: orchestrator.url,
    localDirectory: orchestrator.info.localDirectory,
    client,
  };
  const missing = new Set(ended.parts.map((part) => part.name));
  let discarded: Promise<void> | undefined = ended.parts.length === 0 ? Promise.resolve() : undefined;
  const discard = () => {
    if (discarded === undefined) {
      discarded = client.discard(ended.access);
      track(discarded);
    }
    return discarded;
  };
  const onFetched = (part: string) => {
    missing.delete(part);
    if (missing.size === 0) void discard();
  };
  const result: JobResult = {
    output: ended.output,
    outputJson: ended.outputJson,
    usage: ended.usage,
    parts: ended.parts,
    receipt: ended.receipt,
    payment: ended.payment,
    orchestrator: facts.offer.orchestrator,
    plugin: facts.offer.plugin,
    jobId: facts.jobId,
    attempts: facts.attempts,
    download: (directory, options = {}) => downloadParts(origin, ended.parts, directory, { ...options, onFetched }),
    async file(name: string, path: string, options: DownloadOptions = {}) {
      const part = ended.parts.find((one) => one.name === name);
      if (part === undefined) throw new ByocError('PART_NOT_FOUND', { jobId: facts.jobId, part: name });
      const signal = options.signal ?? new AbortController().signal;
      await fetchPart(origin, part, path, { signal, replace: options.replace === true });
      onFetched(name);
    },
  };
  return { result, discard };
}
