import { entry } from '../error-entry.ts';

/** Errors of the payment layer. */
export const paymentErrors = {} as const;
