import { entry } from '../error-entry.ts';
import type { FieldIssue } from './capability.ts';

/** Errors of the payment layer. */
export const paymentErrors = {
  PAYMENT_PRICE_NOT_FREE: entry<{ capability: string; provider: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) => `${f.capability} has a price, and the payment provider \`${f.provider}\` moves no money.`,
    hint: () => 'Pay for it (`byoc run --pay livepeer`, or `--pay credit`), or choose an offer that is free.',
  }),
  PAYMENT_LIMIT_EXCEEDED: entry<{ jobId: string; wantedWei: string; limitWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) => `Job ${f.jobId}: ${f.wantedWei} wei is wanted, more than the limit of ${f.limitWei} wei.`,
    hint: () => 'Raise the limit (`--max-cost`, `maxCostWei`), ask for less, or choose a cheaper offer.',
  }),
  PAYMENT_BALANCE_TOO_LOW: entry<{ payer: string; provider: string; neededWei: string; availableWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) =>
      `${f.payer} can have ${f.availableWei} wei held by \`${f.provider}\`, and the job needs ${f.neededWei} wei.`,
    hint: () => 'Pay more in, let more be taken for this job, or wait until other jobs of this payer have ended.',
  }),
  PAYMENT_TOP_UP_MISSING: entry<{ jobId: string; wantedWei: string; heldWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) =>
      `Job ${f.jobId} was stopped: it has cost ${f.wantedWei} wei, ${f.heldWei} wei were covered, and no more was paid in time.`,
    hint: () => 'Answer `payment_required` while the job runs. What was covered is charged, and no more.',
  }),
  PAYMENT_AUTHORIZATION_REFUSED: entry<{ payer: string; jobId: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) => `What ${f.payer} lets be taken for job ${f.jobId} does not count: ${f.reason}.`,
    hint: () => 'Sign an authorization for this very job, with a time in the future; nothing was taken.',
  }),
  PAYMENT_BUDGET_EXCEEDED: entry<{ wantedWei: string; leftWei: string; budgetWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'give-up',
    message: (f) =>
      `${f.wantedWei} wei are wanted; ${f.leftWei} of this gateway's budget of ${f.budgetWei} wei are left.`,
    hint: () => 'Raise the budget (`--max-cost`, `budgetWei`), or wait until running jobs have ended.',
  }),
  PAYMENT_DEMAND_REFUSED: entry<{ jobId: string; coverWei: string; paidWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) =>
      `Job ${f.jobId} was stopped: the orchestrator asks for a cover of ${f.coverWei} wei, and ${f.paidWei} wei are covered already.`,
    hint: () => 'The orchestrator claims less than it was given: choose another one.',
  }),
  PRICE_CHANGED: entry<{ capability: string; agreed: string; asked: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'retry-same',
    message: (f) => `${f.capability} no longer costs ${f.agreed}, but ${f.asked}.`,
    hint: () => 'Read the offers anew; nothing was charged.',
  }),
  QUOTE_INVALID: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'retry-other',
    message: (f) => `The quote does not count: ${f.reason}.`,
    hint: () => 'Ask for a new quote, for this very input.',
  }),
  QUOTE_EXPIRED: entry<{ expiredAt: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `The quote was good until ${f.expiredAt}.`,
    hint: () => 'Ask for a new quote.',
  }),
  USAGE_MISSING: entry<{ jobId: string; meters: readonly string[] }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `Job ${f.jobId} ended without a word about what it used of ${f.meters.join(', ')}.`,
    hint: () => 'The plugin must report every meter that has a price, 0 included. Nothing was charged.',
  }),
  USAGE_IMPLAUSIBLE: entry<{ jobId: string; meter: string; told: string; bound: string }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) =>
      `Job ${f.jobId}: its worker says that it used ${f.told} of ${f.meter}; this input can take ${f.bound} at most.`,
    hint: () =>
      'Nothing was charged. The plugin counts wrongly, or its estimate is too low: a meter can state another `policy`.',
  }),
  CREDIT_CHANGE_REFUSED: entry<{ payer: string; amountWei: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `The credit of ${f.payer} was not changed by ${f.amountWei} wei: ${f.reason}.`,
    hint: () => 'See `byoc credit ls`; choose a smaller amount, or another `--id`.',
  }),
  RECEIPTS_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 500,
    recovery: 'fix-request',
    message: (f) => `The receipts in ${f.path} can't be read or written: ${f.reason}.`,
    hint: () =>
      'Check the folder, its owner and the free space; what was paid is in the receipts of the orchestrator too.',
  }),
  PRICE_SHEET_INVALID: entry<{ issues: FieldIssue[] }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The price sheet is invalid: ${f.issues.map((i) => `\`${i.path}\` ${i.message}`).join('; ')}.`,
    hint: () => 'Write amounts as decimal text in wei, for example `{ "baseWei": "0", "meters": {} }`.',
  }),
  PRICE_TEXT_INVALID: entry<{ text: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `\`${f.text}\` is no price: ${f.reason}.`,
    hint: () => 'Write `$0.20 / 1M output_tokens`, `12 wei / pixel` or `0.001 ETH`, joined by ` + `.',
  }),
  PRICE_MISSING: entry<{ capability: string; meters: readonly string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'retry-other',
    message: (f) =>
      `${f.capability} is not sold: the price of its plugin names none of its meters (${f.meters.join(', ')}).`,
    hint: () => 'Its operator sets a price for it with `byoc plugin price <plugin> <price> --capability <name>`.',
  }),
  PRICE_RATE_MISSING: entry<Record<string, never>>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: () => 'A price is in dollars, and there is no price feed to turn it into wei.',
    hint: () => 'Set a price feed (a fixed rate, an HTTP address or a Chainlink contract), or set prices in wei.',
  }),
  PRICE_FEED_UNAVAILABLE: entry<{ source: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `The price feed ${f.source} gives no price that can be used: ${f.reason}.`,
    hint: () => 'Check the address and the connection; until the feed answers, jobs priced in dollars are refused.',
  }),
  PAYMENT_DATA_INVALID: entry<{ reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The payment can't be read: ${f.reason}.`,
    hint: () => 'Send what docs/payments.md describes for this payment provider.',
  }),
  PAYMENT_TICKETS_REFUSED: entry<{ sender: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) => `The tickets of ${f.sender} can't be taken: ${f.reason}.`,
    hint: () => 'Ask for new ticket parameters and sign tickets on those; nothing was credited.',
  }),
  PAYMENT_TICKET_PARAMS_REFUSED: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) => `No ticket is signed on these parameters: ${f.reason}.`,
    hint: () => 'Choose another orchestrator, or check the deposit, the reserve and the limits of this wallet.',
  }),
  PAYMENT_AUTHORIZATION_INVALID: entry<{ jobId: string; payer: string }>({
    grpc: 'UNAUTHENTICATED',
    http: 401,
    recovery: 'fix-request',
    message: (f) => `${f.payer} did not sign that job ${f.jobId} may take its money here.`,
    hint: () => 'Sign the authorization with the key of the payer, for this job and this orchestrator.',
  }),
  PAYMENT_BALANCE_DISPUTED: entry<{ orchestrator: string; statedWei: string; expectedWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) =>
      `${f.orchestrator} says that ${f.statedWei} wei are free, and by its own receipts it is at least ${f.expectedWei} wei.`,
    hint: () => 'Nothing more is paid to it. Choose another orchestrator, and keep the receipts as evidence.',
  }),
  PAYMENT_SENDER_RESERVE_TOO_LOW: entry<{ sender: string; faceValueWei: string; neededWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) =>
      `${f.sender} can be trusted for tickets of ${f.faceValueWei} wei, by its deposit and its share of the reserve, and redeeming one is worth its gas from ${f.neededWei} wei.`,
    hint: () =>
      "`byoc wallet balance` shows deposit and reserve, `byoc wallet fund --deposit '0.05 ETH' --reserve '0.36 ETH'` adds to them: each active orchestrator counts on an equal share of the reserve.",
  }),
  PAYMENT_FACE_VALUE_LIMIT_TOO_LOW: entry<{ limitWei: string; neededWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) =>
      `The orchestrator takes tickets that win ${f.limitWei} wei at most, and redeeming one is worth its gas from ${f.neededWei} wei.`,
    hint: () => 'Choose another orchestrator, or wait until gas is cheaper. Its operator: raise `--face-value-max`.',
  }),
  PAYMENT_RECIPIENT_NOT_ACTIVE: entry<{ orchestrator: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'retry-other',
    message: (f) =>
      `${f.orchestrator} takes no tickets: it is no active orchestrator in this round, so that none could be redeemed.`,
    hint: () =>
      "Choose another orchestrator. Its operator: register it and bond with Livepeer's tools; it counts from the next round on.",
  }),
  PAYMENT_DEPOSIT_MISSING: entry<{ address: string; depositWei: string; reserveWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) =>
      `${f.address} has a deposit of ${f.depositWei} wei and a reserve of ${f.reserveWei} wei: tickets need both.`,
    hint: () =>
      "Fund them with `byoc wallet fund --deposit '0.05 ETH' --reserve '0.36 ETH'`; `byoc wallet balance` shows what is there.",
  }),
  PAYMENT_DEPOSIT_UNLOCKED: entry<{ address: string; withdrawRound: string; currentRound: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'pay-first',
    message: (f) =>
      `${f.address} can withdraw its deposit from round ${f.withdrawRound} on, and it is round ${f.currentRound}: nobody takes its tickets.`,
    hint: () => 'Lock it again with `byoc wallet unlock --cancel`, or take it back with `byoc wallet withdraw`.',
  }),
  PAYMENT_SECRET_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 500,
    recovery: 'fix-request',
    message: (f) => `The ticket secret ${f.path} can't be used: ${f.reason}.`,
    hint: () =>
      'Restore it from a backup. When it is lost, remove the file: tickets on parameters given before are then refused.',
  }),
  RECEIPT_INVALID: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 502,
    recovery: 'give-up',
    message: (f) => `The receipt is not valid: ${f.reason}.`,
    hint: () => 'Keep it as evidence, and choose another orchestrator. What was paid is in your own ledger.',
  }),
  PROVENANCE_MISSING: entry<{ file: string; provenance: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `Nothing says where ${f.file} comes from: there is no ${f.provenance}.`,
    hint: () =>
      'Name its file with `--provenance`. It is written by `byoc run … -o … --provenance`, and by nobody afterwards.',
  }),
  PROVENANCE_INVALID: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'give-up',
    message: (f) => `The provenance is not valid: ${f.reason}.`,
    hint: () =>
      'It proves nothing: it was changed, or is no file of provenance. Ask for the one that was written with the file.',
  }),
  PROVENANCE_FILE_UNKNOWN: entry<{ file: string; sha256: string; known: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'give-up',
    message: (f) => `${f.file} is none of the files that its provenance is about: its sha256 is ${f.sha256}.`,
    hint: (f) => `It was changed, or is another one. Known: ${f.known.slice(0, 5).join(', ')}.`,
  }),
  PROVENANCE_SIGNER_UNEXPECTED: entry<{ signer: string; expected: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'give-up',
    message: (f) => `The provenance is signed by ${f.signer}, not by ${f.expected}.`,
    hint: () => 'Somebody else made the file, or says so. Check the address with the orchestrator that you mean.',
  }),
  PROVENANCE_UNAVAILABLE: entry<{ jobId: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `No provenance could be written for job ${f.jobId}: ${f.reason}.`,
    hint: () => 'The files are there all the same. Run the job again at an orchestrator that signs, if you need it.',
  }),
} as const;
