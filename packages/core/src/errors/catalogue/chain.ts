import { entry } from '../error-entry.ts';

/** Errors of the chain that tickets are paid on. */
export const chainErrors = {
  CHAIN_UNAVAILABLE: entry<{ reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `The chain can't be reached: ${f.reason}.`,
    hint: () =>
      'Check the RPC URLs, or add another. Until one answers, nothing is paid with tickets and nothing is free.',
  }),
  CHAIN_ANSWERS_DIFFER: entry<{ method: string; hosts: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `The RPC URLs disagree on ${f.method}: ${f.hosts}.`,
    hint: () => 'One of them lies or is behind: remove it, or add a further one so that two agree.',
  }),
  CHAIN_URLS_TOO_FEW: entry<{ urls: number; needed: number }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `${f.urls} RPC URLs were given, and ${f.needed} are needed.`,
    hint: () => 'Name at least one RPC URL, and as many as have to agree.',
  }),
  CHAIN_CONTRACT_MISSING: entry<{ address: string; call: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 502,
    recovery: 'fix-request',
    message: (f) => `${f.address} does not answer \`${f.call}\` as Livepeer's contract does.`,
    hint: () => 'Check the network preset and its addresses: the contracts are not on this chain.',
  }),
  CHAIN_TRANSACTION_REFUSED: entry<{ action: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `The chain refuses to ${f.action}: ${f.reason}.`,
    hint: () => 'Nothing was changed, at most gas was paid. `byoc wallet balance` shows deposit, reserve and lock.',
  }),
  CHAIN_TRANSACTION_UNCONFIRMED: entry<{ action: string; hash: string; waitedMs: number }>({
    grpc: 'DEADLINE_EXCEEDED',
    http: 504,
    recovery: 'give-up',
    message: (f) => `The transaction ${f.hash} to ${f.action} is in no block after ${f.waitedMs} ms.`,
    hint: () => 'It may still be mined: look it up before you send it again.',
  }),
  CHAIN_GAS_TOO_DEAR: entry<{ gasPriceWei: string; limitWei: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `Gas costs ${f.gasPriceWei} wei, more than the limit of ${f.limitWei} wei.`,
    hint: () => 'Wait until it is cheaper, or raise the limit.',
  }),
  CHAIN_BALANCE_TOO_LOW: entry<{ address: string; balanceWei: string; neededWei: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 402,
    recovery: 'fix-request',
    message: (f) => `${f.address} has ${f.balanceWei} wei, and the transaction needs ${f.neededWei} wei with its gas.`,
    hint: () => 'Send ETH to that address first.',
  }),
  CHAIN_DEPOSIT_LOCKED: entry<{ address: string; withdrawRound: string; currentRound: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'retry-same',
    message: (f) =>
      f.withdrawRound === '0'
        ? `The deposit of ${f.address} is locked.`
        : `The deposit of ${f.address} is locked until round ${f.withdrawRound}, and it is round ${f.currentRound}.`,
    hint: () => 'Unlock it first (`byoc wallet unlock`), then withdraw when that round has come.',
  }),
} as const;
