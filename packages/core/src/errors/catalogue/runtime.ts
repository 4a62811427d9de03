import { entry } from '../error-entry.ts';

/** Errors of the runtime layer. */
export const runtimeErrors = {} as const;
