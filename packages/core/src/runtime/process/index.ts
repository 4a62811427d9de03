export { createProcessRuntime, type ProcessRuntimeOptions } from './create-process-runtime.ts';
