import { ByocError } from '../../errors/byoc-error.ts';
import type { OrchestratorFrame, StagedPart } from '../../protocol/frames.ts';
import type { JobsContext } from './job-context.ts';
import type { JobSession } from './job-session.ts';

/** Brings every part that does not come in chunks into the job directory, before the job takes a slot. */
export async function stageParts(
  session: JobSession,
  context: JobsContext,
  options: { signal: AbortSignal; send(frames: readonly OrchestratorFrame[]): Promise<void> | undefined },
): Promise<readonly StagedPart[]> {
  const { uploads, directory, job } = session;
  await uploads.adoptInbox(context.inboxDirectory);
  const missing = uploads.awaited();
  if (missing.length > 0) {
    await options.send([{ type: 'queued', position: 0, awaitedParts: missing }]);
    await arrivedInTime(session, context, options.signal);
  }
  const fetched: StagedPart[] = [];
  let roomBytes = context.limits.partsBytesMax - job.uploads.reduce((sum, part) => sum + part.sizeBytes, 0);
  for (const [index, uri] of job.uris.entries()) {
    // In a folder of their own: no name of a part leads there.
    const name = `uri/${index}`;
    const file = await directory.makeFolderOf(name);
    const { sizeBytes, mediaType } = await context.fetcher.fetch(uri, {
      file,
      limitBytes: roomBytes,
      signal: options.signal,
    });
    directory.own(file);
    roomBytes -= sizeBytes;
    fetched.push({ name: '', uri, file: name, sizeBytes, mediaType });
  }
  return [...(job.uploads.length === 0 ? [] : uploads.staged()), ...fetched];
}

function arrivedInTime(session: JobSession, { clock, limits }: JobsContext, signal: AbortSignal): Promise<void> {
  const timer = new AbortController();
  return new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    session.uploads.arrived.then(resolve, reject);
    clock.sleep(limits.partsWaitMs, { signal: timer.signal }).then(
      () =>
        reject(new ByocError('PARTS_TIMEOUT', { jobId: session.job.jobId, missing: [...session.uploads.awaited()] })),
      () => {},
    );
  }).finally(() => timer.abort());
}
