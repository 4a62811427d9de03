/** How long an orchestrator waits for its workers. Every field is optional in `createOrchestrator`'s `workers`. */
export interface WorkerWaits {
  /** How long setup and self-test may take, ms; raise it for models that load slowly. @default 600000 */
  readonly readyWithinMs: number;
  /** Pause between health checks, ms. @default 5000 */
  readonly healthEveryMs: number;
  /** How long a health check may take, ms; a worker that misses three in a row is ended. @default 5000 */
  readonly healthAnswerMs: number;
  /** How long a worker that was asked to end may take until it is killed, ms. @default 10000 */
  readonly stopGraceMs: number;
  /** How long a worker outlives an orchestrator that is gone, ms, at least 1000; a new one finds it until then. @default 60000 */
  readonly hostGraceMs: number;
}

export const defaultWorkerWaits: WorkerWaits = {
  readyWithinMs: 600_000,
  healthEveryMs: 5000,
  healthAnswerMs: 5000,
  stopGraceMs: 10_000,
  hostGraceMs: 60_000,
};
