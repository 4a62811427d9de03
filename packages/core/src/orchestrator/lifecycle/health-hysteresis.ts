/** Answers in a row that change an opinion. */
export interface HysteresisLimits {
  /** @default 3 */
  readonly failures: number;
  /** @default 1 */
  readonly successes: number;
}

/** An opinion about a worker's health, slow to change. */
export interface Health {
  readonly healthy: boolean;
  /** Answers in a row that speak against the opinion. */
  readonly against: number;
}

/** A worker that has just become ready. */
export const healthyWorker: Health = { healthy: true, against: 0 };

/** Takes one answer into account: one bad answer is no failure, one good one no recovery. */
export function judgeHealth(
  health: Health,
  answered: boolean,
  limits: HysteresisLimits = { failures: 3, successes: 1 },
): Health {
  if (answered === health.healthy) return { ...health, against: 0 };
  const against = health.against + 1;
  const limit = health.healthy ? limits.failures : limits.successes;
  return against >= limit ? { healthy: answered, against: 0 } : { ...health, against };
}
