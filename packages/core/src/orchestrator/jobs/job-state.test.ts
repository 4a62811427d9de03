import { expect, it } from 'vitest';
import { isJobEnded, type JobEventType, type JobState, nextJobState } from './job-state.ts';

const states: JobState[] = [
  ...(['validating', 'awaiting-parts', 'queued', 'running', 'detached', 'succeeded', 'failed', 'cancelled'] as const),
];
const events: JobEventType[] = [
  ...([
    'accepted',
    'parts-arrived',
    'slot-taken',
    'caller-left',
    'caller-came',
    'succeeded',
    'failed',
    'cancelled',
  ] as const),
];

it('moves as the table says', () => {
  const lines = states.flatMap((state) =>
    events.flatMap((event) => {
      const next = nextJobState(state, event);
      return next === undefined ? [] : [`${state} + ${event} = ${next}`];
    }),
  );
  expect(lines).toMatchInlineSnapshot(`
    [
      "validating + accepted = awaiting-parts",
      "validating + failed = failed",
      "awaiting-parts + parts-arrived = queued",
      "awaiting-parts + failed = failed",
      "awaiting-parts + cancelled = cancelled",
      "queued + slot-taken = running",
      "queued + failed = failed",
      "queued + cancelled = cancelled",
      "running + caller-left = detached",
      "running + succeeded = succeeded",
      "running + failed = failed",
      "running + cancelled = cancelled",
      "detached + caller-came = running",
      "detached + succeeded = succeeded",
      "detached + failed = failed",
      "detached + cancelled = cancelled",
    ]
  `);
});

it('never leaves an end', () => {
  for (const state of states.filter(isJobEnded))
    for (const event of events) expect(nextJobState(state, event)).toBeUndefined();
});
