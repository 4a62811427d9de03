export { createServerEngine } from './server/server-engine.ts';
export type { ServerDefaults, ServerEngineOptions, ServerKind } from './server/server-options.ts';
