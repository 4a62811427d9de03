import { entry } from '../error-entry.ts';

/** Errors of the orchestrator layer. */
export const orchestratorErrors = {} as const;
