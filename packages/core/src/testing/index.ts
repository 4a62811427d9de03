export { createManualClock, type ManualClock } from './create-manual-clock.ts';
export { createRecordingLogger, type LogEntry, type RecordingLogger } from './create-recording-logger.ts';
export { type InMemoryResult, runInMemory } from './run-in-memory.ts';
