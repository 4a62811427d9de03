/**
 * Where a job is.
 *
 * `validating → awaiting-parts → queued → running → succeeded | failed | cancelled`; a running job whose caller left and
 * that goes on is `detached`.
 */
export type JobState =
  | 'validating'
  | 'awaiting-parts'
  | 'queued'
  | 'running'
  | 'detached'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** What happens to a job. */
export type JobEventType =
  | 'accepted'
  | 'parts-arrived'
  | 'slot-taken'
  | 'caller-left'
  | 'caller-came'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

const ends = { failed: 'failed', cancelled: 'cancelled' } as const;

const table: Readonly<Record<JobState, Readonly<Partial<Record<JobEventType, JobState>>>>> = {
  validating: { accepted: 'awaiting-parts', failed: 'failed' },
  'awaiting-parts': { 'parts-arrived': 'queued', ...ends },
  queued: { 'slot-taken': 'running', ...ends },
  running: { 'caller-left': 'detached', succeeded: 'succeeded', ...ends },
  detached: { 'caller-came': 'running', succeeded: 'succeeded', ...ends },
  succeeded: {},
  failed: {},
  cancelled: {},
};

/** The next state of a job; undefined when the event does not belong there. */
export function nextJobState(state: JobState, event: JobEventType): JobState | undefined {
  return table[state][event];
}

/** Tells whether a job has ended. */
export function isJobEnded(state: JobState): state is 'succeeded' | 'failed' | 'cancelled' {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}
