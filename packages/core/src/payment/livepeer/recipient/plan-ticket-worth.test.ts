import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { params, toHex } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import { minimalBytes } from '../ticket/uint256-bytes.ts';
import { maxFloatWei } from './max-float-wei.ts';
import { planTicketWorth } from './plan-ticket-worth.ts';

describe('planTicketWorth', () => {
  const base = { targetEvWei: 5n, redeemGas: 10_000n, maxFloatWei: 10n ** 18n, sender: '0x0' };

  // go-livepeer, pm/recipient_test.go.
  it.each([
    [{ gasPriceWei: 100n }, 100_000_000n, 5789604461865809771178549250434395392663499233282028201972879200395660n],
    [{ gasPriceWei: 777n }, 777_000_000n, 745122839364969082519761808292714979750772102095499125093034646125570n],
    [
      { gasPriceWei: 1n, maxFloatWei: 10_001n },
      10_001n,
      57890255593098787833002192285115442382396752657554526567072084795477017120n,
    ],
  ])('gives the numbers of go-livepeer for %o', (input, faceValueWei, winProb) => {
    expect(planTicketWorth({ ...base, ...input })).toEqual({ faceValueWei, winProb });
  });

  it('gives the numbers of the worked example', () => {
    const worth = planTicketWorth({
      targetEvWei: 8n * 10n ** 9n,
      redeemGas: 1_200_000n,
      gasPriceWei: 10_000_000n,
      maxFloatWei: 10n ** 18n,
      sender: '0x0',
    });
    expect(worth).toEqual({ faceValueWei: params.faceValueWei, winProb: params.winProb });
    expect(toHex(minimalBytes(worth.faceValueWei))).toBe('044364c5bb0000');
    expect(toHex(minimalBytes(worth.winProb))).toBe('6fd91d84bcda58175fdfab3d77a168e2893e4958803b6b57ae84efcbf000');
  });

  it('takes 100 times the average when gas costs less, and respects the operator', () => {
    expect(planTicketWorth({ ...base, gasPriceWei: 0n }).faceValueWei).toBe(500n);
    expect(planTicketWorth({ ...base, gasPriceWei: 0n, faceValueMaxWei: 50n }).faceValueWei).toBe(50n);
    expect(planTicketWorth({ ...base, gasPriceWei: 0n, maxFloatWei: 5n }).winProb).toBe(WIN_PROB_MAX);
  });

  it('refuses a sender that can cover neither the average nor the gas', () => {
    expect(() => planTicketWorth({ ...base, gasPriceWei: 0n, maxFloatWei: 4n })).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: 0x0 can be trusted for tickets of 4 wei, by its deposit and its share of the reserve, and redeeming one is worth its gas from 5 wei.
      Hint: \`byoc wallet balance\` shows deposit and reserve, \`byoc wallet fund --deposit '0.05 ETH' --reserve '0.36 ETH'\` adds to them: each active orchestrator counts on an equal share of the reserve.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#payment_sender_reserve_too_low]
    `);
    expect(() => planTicketWorth({ ...base, gasPriceWei: 1n, maxFloatWei: 9999n })).toThrow(/9999 wei/);
    // Above what redeeming costs at 3 gwei, dearer gas is no reason.
    const dear = { ...base, gasPriceWei: 10n ** 12n, maxFloatWei: 3n * 10n ** 13n };
    expect(planTicketWorth(dear).faceValueWei).toBe(3n * 10n ** 13n);
  });

  it('names the operator’s own limit when that is what is too low', () => {
    const limited = { ...base, gasPriceWei: 10n ** 9n, maxFloatWei: 10n ** 18n, faceValueMaxWei: 1_000n };
    expect(() => planTicketWorth(limited)).toThrow(
      expect.objectContaining({ code: 'PAYMENT_FACE_VALUE_LIMIT_TOO_LOW' }),
    );
  });

  it('keeps the average at the target: at least it, less than a wei above', () => {
    const wei = fc.bigInt({ min: 1n, max: 10n ** 20n });
    fc.assert(
      fc.property(wei, fc.bigInt({ min: 0n, max: 10n ** 12n }), (targetEvWei, gasPriceWei) => {
        const worth = planTicketWorth({ ...base, targetEvWei, gasPriceWei, maxFloatWei: 10n ** 40n });
        const scaled = worth.faceValueWei * worth.winProb;
        expect(scaled >= targetEvWei * WIN_PROB_MAX && scaled < (targetEvWei + 1n) * WIN_PROB_MAX).toBe(true);
        expect(worth.winProb <= WIN_PROB_MAX && worth.faceValueWei > targetEvWei).toBe(true);
      }),
    );
  });
});

describe('maxFloatWei', () => {
  const float = {
    depositWei: 100n,
    reserveWei: 900n,
    claimedThisRoundWei: 100n,
    claimedByMeWei: 40n,
    pendingWei: 0n,
    poolSize: 10n,
  };

  it('is the own share of the reserve, less what was claimed and what is on its way', () => {
    expect(maxFloatWei(float)).toBe(60n);
    expect(maxFloatWei({ ...float, pendingWei: 33n })).toBe(60n);
    expect(maxFloatWei({ ...float, pendingWei: 34n })).toBe(26n);
    expect(maxFloatWei({ ...float, pendingWei: 1000n })).toBe(0n);
    expect(maxFloatWei({ ...float, claimedByMeWei: 101n })).toBe(0n);
    expect(maxFloatWei({ ...float, poolSize: 0n })).toBe(0n);
  });
});
