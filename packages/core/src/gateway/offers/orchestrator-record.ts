import { type Breaker, type BreakerEvent, closedBreaker, nextBreaker } from './breaker.ts';

/** What the gateway has seen of one orchestrator. Selection reads it; `recordOutcome` makes the next one. */
export interface OrchestratorRecord {
  /** Moving average of the time to acceptance, in ms; undefined before the first. */
  readonly latencyMs: number | undefined;
  /** Moving share of attempts that went well, 0 to 1. */
  readonly successRate: number;
  readonly breaker: Breaker;
}

export const newOrchestratorRecord: OrchestratorRecord = {
  latencyMs: undefined,
  successRate: 1,
  breaker: closedBreaker,
};

const WEIGHT = 0.2;

/** The record after an event; `latencyMs` when an acceptance was timed. */
export function recordOutcome(
  record: OrchestratorRecord,
  event: BreakerEvent | 'accepted',
  now: number,
  latencyMs?: number,
): OrchestratorRecord {
  if (event === 'accepted') {
    if (latencyMs === undefined) return record;
    const average =
      record.latencyMs === undefined ? latencyMs : record.latencyMs + WEIGHT * (latencyMs - record.latencyMs);
    return { ...record, latencyMs: average };
  }
  const breaker = nextBreaker(record.breaker, event, now);
  if (event === 'attempt') return breaker === record.breaker ? record : { ...record, breaker };
  const target = event === 'success' ? 1 : 0;
  return { ...record, breaker, successRate: record.successRate + WEIGHT * (target - record.successRate) };
}
