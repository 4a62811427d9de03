import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Booking, createEarningsSum } from './sum-earnings.ts';

const at = Date.parse('2026-11-25T23:59:59Z');
const charge = (amountWei: bigint, change = {}): Booking => ({
  ...{ type: 'charge', at, capability: 'text/chat@1.0.0', provider: 'livepeer', amountWei, ...change },
});
const winner = (state: 'pending' | 'redeemed' | 'given-up', reason?: string): Booking => ({
  ...{ type: 'winner', at, capability: 'text/chat@1.0.0', state, reason, faceValueWei: 7n },
});
function sum(period: 'day' | 'month' | 'all', bookings: readonly Booking[]) {
  const earnings = createEarningsSum(period);
  for (const booking of bookings) earnings.add(booking);
  return earnings.result();
}

describe('earnings', () => {
  it('are what was charged, what was won, and what redeeming cost', () => {
    const { rows, total } = sum('all', [
      ...[charge(5n), charge(6n, { provider: 'credit' })],
      { type: 'tickets', at, capability: 'text/chat@1.0.0', count: 3, worthWei: 12n },
      ...[winner('pending'), winner('redeemed'), winner('redeemed')],
      ...[winner('given-up', 'expired'), winner('given-up', 'expired'), winner('given-up', 'used')],
      { type: 'gas', at, capability: 'text/chat@1.0.0', costWei: 20n },
    ]);
    expect(rows).toEqual([{ ...total, capability: 'text/chat@1.0.0' }]);
    expect(total).toEqual({
      ...{ period: 'all', capability: '', jobs: 2, chargedWei: '11', chargedBy: { livepeer: '5', credit: '6' } },
      tickets: { count: 3, worthWei: '12' },
      winners: {
        pending: { count: 1, wei: '7' },
        redeemed: { count: 2, wei: '14' },
        givenUp: { count: 3, wei: '21', reasons: { expired: 2, used: 1 } },
      },
      ...{ gasWei: '20', netWei: '-9' },
    });
  });

  it.each([
    ['day', ['2026-11-25', '2026-11-26']],
    ['month', ['2026-11', '2026-11']],
    ['all', ['all', 'all']],
  ] as const)('are parted by %s, in UTC, and by capability', (period, [first, second]) => {
    const { rows } = sum(period, [charge(1n, { at: at + 1000 }), charge(2n, { capability: 'a/b@1.0.0' })]);
    const expected = [
      [first, 'a/b@1.0.0', '2'],
      [second, 'text/chat@1.0.0', '1'],
    ];
    expect(rows.map((row) => [row.period, row.capability, row.chargedWei])).toEqual(expected);
  });

  it('lose no wei and make none, however they are parted', () => {
    const booking = fc.record({
      type: fc.constant('charge' as const),
      at: fc.integer({ min: 0, max: at }),
      capability: fc.constantFrom('a/b@1.0.0', 'c/d@1.0.0'),
      provider: fc.constantFrom('livepeer', 'credit'),
      amountWei: fc.bigInt({ min: 0n, max: 2n ** 80n }),
    });
    fc.assert(
      fc.property(fc.array(booking), fc.constantFrom('day' as const, 'month' as const), (bookings, period) => {
        const expected = bookings.reduce((total, { amountWei }) => total + amountWei, 0n);
        const { rows, total } = sum(period, bookings);
        expect(BigInt(total.chargedWei)).toBe(expected);
        expect(rows.reduce((wei, row) => wei + BigInt(row.chargedWei), 0n)).toBe(expected);
      }),
    );
  });
});
