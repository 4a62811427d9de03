import type { PaymentBooking } from '../../payment/payment-books.ts';
import type { Earnings, EarningsPeriod, EarningsRow } from './earnings.ts';

/** What a job was charged. */
export interface ChargeBooking {
  readonly type: 'charge';
  readonly at: number;
  readonly capability: string;
  readonly provider: string;
  readonly amountWei: bigint;
}

/** Anything that counts towards earnings. */
export type Booking = ChargeBooking | PaymentBooking;

/** Adds bookings up as they come, in no order. */
export interface EarningsSum {
  add(booking: Booking): void;
  /** By period, then capability. */
  result(): Earnings;
}

/** Creates a sum. Pure but for what was added. */
export function createEarningsSum(period: EarningsPeriod): EarningsSum {
  const sums = new Map<string, Sum>();
  const total = new Sum('all', '');
  return {
    add(booking) {
      const { capability } = booking;
      const name = periodOf(booking.at, period);
      const key = `${name} ${capability}`;
      const sum = sums.get(key) ?? new Sum(name, capability);
      sums.set(key, sum);
      sum.add(booking);
      total.add(booking);
    },
    result: () => ({
      rows: [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum.row()),
      total: total.row(),
    }),
  };
}

class Sum {
  readonly #period: string;
  readonly #capability: string;
  readonly #charged = new Map<string, bigint>();
  readonly #reasons = new Map<string, number>();
  readonly #winners = { pending: new Winners(), redeemed: new Winners(), 'given-up': new Winners() };
  #jobs = 0;
  #tickets = 0;
  #worthWei = 0n;
  #gasWei = 0n;

  constructor(period: string, capability: string) {
    this.#period = period;
    this.#capability = capability;
  }

  add(booking: Booking): void {
    if (booking.type === 'charge') {
      this.#jobs += 1;
      this.#charged.set(booking.provider, (this.#charged.get(booking.provider) ?? 0n) + booking.amountWei);
    } else if (booking.type === 'tickets') {
      this.#tickets += booking.count;
      this.#worthWei += booking.worthWei;
    } else if (booking.type === 'gas') this.#gasWei += booking.costWei;
    else {
      const { state, reason, faceValueWei } = booking;
      this.#winners[state].add(faceValueWei);
      if (reason !== undefined) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
  }

  row(): EarningsRow {
    const chargedWei = [...this.#charged.values()].reduce((sum, wei) => sum + wei, 0n);
    const { pending, redeemed, 'given-up': givenUp } = this.#winners;
    return {
      period: this.#period,
      capability: this.#capability,
      jobs: this.#jobs,
      chargedWei: String(chargedWei),
      chargedBy: Object.fromEntries([...this.#charged].map(([provider, wei]) => [provider, String(wei)])),
      tickets: { count: this.#tickets, worthWei: String(this.#worthWei) },
      winners: {
        pending: pending.sum(),
        redeemed: redeemed.sum(),
        givenUp: { ...givenUp.sum(), reasons: Object.fromEntries(this.#reasons) },
      },
      gasWei: String(this.#gasWei),
      netWei: String(chargedWei - this.#gasWei),
    };
  }
}

class Winners {
  #count = 0;
  #wei = 0n;

  add(faceValueWei: bigint): void {
    this.#count += 1;
    this.#wei += faceValueWei;
  }

  sum(): { count: number; wei: string } {
    return { count: this.#count, wei: String(this.#wei) };
  }
}

function periodOf(at: number, period: EarningsPeriod): string {
  if (period === 'all') return 'all';
  return new Date(at).toISOString().slice(0, period === 'day' ? 10 : 7);
}
