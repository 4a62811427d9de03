import type { WorkerPhase } from '../protocol/worker-service.ts';

/** Tells whether a worker takes jobs in this phase, as far as its slots go. */
export function isServingPhase(phase: WorkerPhase): boolean {
  return phase === 'ready' || phase === 'busy';
}
