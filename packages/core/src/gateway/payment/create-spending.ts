import { ByocError } from '../../errors/byoc-error.ts';

/** What a gateway may spend, and what it has let be taken. Wei. */
export interface Spending {
  /** Settled, and let be taken by jobs that run. */
  readonly spentWei: bigint;
  /** Opens a job's share. */
  open(): SpendingShare;
}

/** What one job may take of it. */
export interface SpendingShare {
  /** The total that the job has been let take so far. */
  readonly reservedWei: bigint;
  /** Lets the job take up to a total. @throws ByocError PAYMENT_BUDGET_EXCEEDED; nothing changes then */
  reserve(totalWei: bigint): void;
  /** The job has ended and cost so much; the rest is free again. Once. */
  settle(costWei: bigint): void;
}

/** Creates the spending of a gateway: all of its jobs together never reserve more than the budget, whatever orchestrators say. */
export function createSpending(budgetWei: bigint | undefined): Spending {
  let spentWei = 0n;
  return {
    get spentWei() {
      return spentWei;
    },
    open() {
      let reservedWei = 0n;
      let settled = false;
      return {
        get reservedWei() {
          return reservedWei;
        },
        reserve(totalWei) {
          const moreWei = totalWei - reservedWei;
          if (settled || moreWei <= 0n) return;
          if (budgetWei !== undefined && spentWei + moreWei > budgetWei)
            throw new ByocError('PAYMENT_BUDGET_EXCEEDED', {
              wantedWei: String(moreWei),
              leftWei: String(budgetWei - spentWei),
              budgetWei: String(budgetWei),
            });
          spentWei += moreWei;
          reservedWei = totalWei;
        },
        settle(costWei) {
          if (settled) return;
          settled = true;
          // Nothing that was not let be taken can have been taken.
          spentWei -= costWei < reservedWei ? reservedWei - costWei : 0n;
        },
      };
    },
  };
}
