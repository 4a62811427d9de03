import { entry } from '../error-entry.ts';

/** Errors of the host layer. */
export const hostErrors = {} as const;
