import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGasFees } from './plan-gas-fees.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 13n });

describe('planGasFees', () => {
  it('offers at least what gas costs, at most the limit, and an eighth more than what it replaces', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (baseFeeWei, priorityFeeWei, limit, old) => {
        const replaces = { maxFeePerGasWei: old, maxPriorityFeePerGasWei: old / 3n };
        const plan = () => planGasFees({ baseFeeWei, priorityFeeWei }, { gasPriceMaxWei: limit, replaces });
        const tip = max(priorityFeeWei, old / 3n + old / 3n / 8n + 1n);
        const least = max(baseFeeWei + tip, old + old / 8n + 1n);
        if (least > limit) {
          expect(plan).toThrow(expect.objectContaining({ code: 'CHAIN_GAS_TOO_DEAR' }));
          return;
        }
        const fees = plan();
        expect(fees.maxFeePerGasWei).toBeGreaterThanOrEqual(least);
        expect(fees.maxFeePerGasWei).toBeLessThanOrEqual(limit);
        expect(fees.maxPriorityFeePerGasWei).toBeGreaterThan(replaces.maxPriorityFeePerGasWei);
        expect(fees.maxPriorityFeePerGasWei).toBeLessThanOrEqual(fees.maxFeePerGasWei);
      }),
    );
  });

  it('leaves room for the base fee to double', () => {
    expect(planGasFees({ baseFeeWei: 100n, priorityFeeWei: 3n })).toEqual({
      maxFeePerGasWei: 203n,
      maxPriorityFeePerGasWei: 3n,
    });
  });
});

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
