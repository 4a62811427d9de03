import { entry } from '../error-entry.ts';
import type { FieldIssue } from './capability.ts';

/** Errors of the payment layer. */
export const paymentErrors = {
  PAYMENT_PRICE_NOT_FREE: entry<{ capability: string; provider: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) => `${f.capability} has a price, and the payment provider \`${f.provider}\` moves no money.`,
    hint: () => 'Use a payment provider that can pay, or choose an offer that is free.',
  }),
  PAYMENT_LIMIT_EXCEEDED: entry<{ jobId: string; wantedWei: string; limitWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) => `Job ${f.jobId}: ${f.wantedWei} wei is wanted, more than the limit of ${f.limitWei} wei.`,
    hint: () => 'Raise `maxCost`, ask for less, or choose a cheaper offer.',
  }),
  PRICE_SHEET_INVALID: entry<{ issues: FieldIssue[] }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The price sheet is invalid: ${f.issues.map((i) => `\`${i.path}\` ${i.message}`).join('; ')}.`,
    hint: () => 'Write amounts as decimal text in wei, for example `{ "baseWei": "0", "meters": {} }`.',
  }),
} as const;
