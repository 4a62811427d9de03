import { ByocError, type JobContext } from '@byoc/core';
import type { FoundFfmpeg } from '../../ffmpeg/find-ffmpeg.ts';
import type { TranscodeLimits } from '../../job/limits.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';
import type { LiveOutput, live } from '../live-capability.ts';
import { createSegmentOrder, type OrderStep } from '../plan/segment-order.ts';
import type { LiveLimits } from './live-limits.ts';
import { LiveSession } from './live-session.ts';
import { type IncomingPart, readLiveParts } from './read-live-parts.ts';

export type LiveContext = Pick<
  JobContext<typeof live>,
  'jobId' | 'input' | 'signal' | 'dir' | 'log' | 'chunks' | 'updates' | 'emit' | 'write' | 'progress' | 'usage'
>;

type Segment = Extract<IncomingPart, { type: 'segment' }>;

/** Runs a live stream until its input ends. */
export async function runLive(
  context: LiveContext,
  found: FoundFfmpeg,
  limits: TranscodeLimits & LiveLimits,
): Promise<LiveOutput> {
  const session = new LiveSession(context, found, limits);
  const updating = takeUpdates(context, session);
  try {
    await readSegments(context, session, limits);
    return await session.finish();
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof TranscodeFailure)) throw error;
    const { reason, message, hint, recovery } = error;
    throw new ByocError(
      'JOB_FAILED',
      { jobId: context.jobId, reason, message: `${message}.`, hint, recovery },
      { cause: error },
    );
  } finally {
    await session.close();
    // They end with the input, or by the abort; a stream that reached its longest goes without the rest.
    void updating;
  }
}

async function readSegments(context: LiveContext, session: LiveSession, limits: LiveLimits): Promise<void> {
  const order = createSegmentOrder<Segment>({ hold: context.input.waitSegments });
  const parts = readLiveParts(context.chunks, { maxBytes: limits.maxSegmentBytes });
  // One part is read while another is encoded: more would only wait here instead of at the caller.
  let next = ahead(parts.next());
  for (;;) {
    const { value, done } = await next();
    if (done) break;
    next = ahead(parts.next());
    if (value.type === 'ignored') await context.emit({ type: 'part-ignored', part: value.part, reason: value.reason });
    else if (value.type === 'init') session.readInit(value.bytes);
    else await take(context, session, order.push(value.sequence, value));
    if (session.isFull) return;
  }
  await take(context, session, order.flush());
}

async function take(context: LiveContext, session: LiveSession, steps: readonly OrderStep<Segment>[]): Promise<void> {
  for (const step of steps) {
    if (session.isFull) return;
    if (step.type === 'ready') {
      if (step.reordered) await context.emit({ type: 'reordered', sequence: step.sequence });
      await session.takeSegment(step.item);
    } else {
      await context.emit(step);
      if (step.type === 'missing') session.skip(step.to - step.from + 1);
    }
  }
}

async function takeUpdates(context: LiveContext, session: LiveSession): Promise<void> {
  try {
    for await (const update of context.updates) session.update(update);
  } catch {
    // The job ends.
  }
}

/** A promise that nobody awaits yet must not count as unhandled. */
function ahead<T>(promise: Promise<T>): () => Promise<T> {
  promise.catch(() => {});
  return () => promise;
}
