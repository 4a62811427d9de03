export type { ConformanceCase } from './conformance/conformance-case.ts';
export { conformanceCases } from './conformance/conformance-cases.ts';
export type { ConformanceSample, LongJobSample } from './conformance/conformance-sample.ts';
export type { ConformanceTarget, OwnWorker, StartOptions, TargetWorker } from './conformance/conformance-target.ts';
export { createAddressTarget } from './conformance/create-address-target.ts';
export { createProcessTarget, type ProcessTargetOptions } from './conformance/create-process-target.ts';
export { createManualClock, type ManualClock } from './create-manual-clock.ts';
export { type InMemoryResult, runInMemory } from './run-in-memory.ts';
