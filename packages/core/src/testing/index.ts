export { createManualClock, type ManualClock } from './create-manual-clock.ts';
export { type InMemoryResult, runInMemory } from './run-in-memory.ts';
