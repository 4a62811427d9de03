/**
 * Keeps a failing orchestrator out of selection for a while.
 * closed → open after `failuresMax` failures in a row → half-open (one trial) after `openMs` → closed, or open for twice as long.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number; readonly openMs: number }
  | { readonly state: 'half-open'; readonly since: number; readonly openMs: number };

export type BreakerEvent = 'attempt' | 'success' | 'failure';

export interface BreakerPolicy {
  readonly failuresMax: number;
  readonly openMs: number;
  readonly openMsMax: number;
}

export const closedBreaker: Breaker = { state: 'closed', failures: 0 };
export const defaultBreakerPolicy: BreakerPolicy = { failuresMax: 3, openMs: 5_000, openMsMax: 120_000 };

/** Tells whether a job may be tried now. A trial that never reported back is forgotten after the open time. */
export function breakerAllows(breaker: Breaker, now: number): boolean {
  if (breaker.state === 'closed') return true;
  if (breaker.state === 'open') return now >= breaker.until;
  return now >= breaker.since + breaker.openMs;
}

/** The state after an event. */
export function nextBreaker(
  breaker: Breaker,
  event: BreakerEvent,
  now: number,
  policy = defaultBreakerPolicy,
): Breaker {
  if (event === 'success') return closedBreaker;
  if (event === 'attempt') {
    if (breaker.state === 'closed' || !breakerAllows(breaker, now)) return breaker;
    return { state: 'half-open', since: now, openMs: breaker.openMs };
  }
  if (breaker.state === 'closed') {
    const failures = breaker.failures + 1;
    if (failures < policy.failuresMax) return { state: 'closed', failures };
    return { state: 'open', until: now + policy.openMs, openMs: policy.openMs };
  }
  if (breaker.state === 'open') return breaker;
  const openMs = Math.min(policy.openMsMax, breaker.openMs * 2);
  return { state: 'open', until: now + openMs, openMs };
}
