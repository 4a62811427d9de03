import { entry } from '../error-entry.ts';

/** Errors of the gateway layer. */
export const gatewayErrors = {} as const;
