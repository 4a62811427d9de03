export { createServerEngine } from './server/server-engine.ts';
export type { ServerEngineOptions } from './server/server-options.ts';
