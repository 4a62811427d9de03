import { ByocError } from '../../../errors/byoc-error.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';

/** Redeeming when gas is dear, wei: a face value that covers this is taken even when gas is dearer still. */
const REDEEM_GAS_PRICE_FLOOR_WEI = 3_000_000_000n;

/** What the worth of tickets follows from. All money is wei. */
export interface TicketWorthInput {
  /** What one ticket shall be worth on average. Above 0. */
  readonly targetEvWei: bigint;
  /** Gas that a redemption takes: 1,200,000 on Arbitrum, 350,000 elsewhere. */
  readonly redeemGas: bigint;
  /** 0 when unknown. */
  readonly gasPriceWei: bigint;
  /** The most that the sender can be trusted for (`maxFloatWei`). */
  readonly maxFloatWei: bigint;
  /** A face value is so many times the cost of redeeming it. @default 100n */
  readonly txCostMultiplier?: bigint | undefined;
  /** The operator's own limit. @default none */
  readonly faceValueMaxWei?: bigint | undefined;
  /** For the error's text. */
  readonly sender: string;
}

/**
 * Works out face value and win probability: the face value makes redeeming worth its gas, the probability brings the average back
 * to `targetEvWei`. As go-livepeer does (pm/recipient.go).
 *
 * @throws ByocError PAYMENT_SENDER_RESERVE_TOO_LOW when the sender can't cover such a face value, PAYMENT_FACE_VALUE_LIMIT_TOO_LOW
 * when the operator's own limit is below it
 */
export function planTicketWorth(input: TicketWorthInput): { faceValueWei: bigint; winProb: bigint } {
  const { targetEvWei, redeemGas, gasPriceWei, maxFloatWei, txCostMultiplier = 100n, faceValueMaxWei } = input;
  if (targetEvWei <= 0n) throw new RangeError(`targetEvWei must be above 0, got ${targetEvWei}`);
  const txCostWei = redeemGas * gasPriceWei;
  let faceValueWei = txCostWei * txCostMultiplier;
  if (faceValueWei < targetEvWei) faceValueWei = targetEvWei * 100n;
  if (faceValueWei > maxFloatWei) faceValueWei = maxFloatWei;
  if (faceValueMaxWei !== undefined && faceValueWei > faceValueMaxWei) faceValueWei = faceValueMaxWei;

  const dearestWei = redeemGas * REDEEM_GAS_PRICE_FLOOR_WEI;
  if (faceValueWei < targetEvWei || (faceValueWei < txCostWei && faceValueWei < dearestWei)) {
    const neededWei = targetEvWei > txCostWei ? targetEvWei : txCostWei < dearestWei ? txCostWei : dearestWei;
    if (faceValueWei === faceValueMaxWei)
      throw new ByocError('PAYMENT_FACE_VALUE_LIMIT_TOO_LOW', {
        limitWei: String(faceValueMaxWei),
        neededWei: String(neededWei),
      });
    throw new ByocError('PAYMENT_SENDER_RESERVE_TOO_LOW', {
      sender: input.sender,
      faceValueWei: String(faceValueWei),
      neededWei: String(neededWei),
    });
  }
  if (faceValueWei === targetEvWei) return { faceValueWei, winProb: WIN_PROB_MAX };
  return { faceValueWei, winProb: targetEvWei * ((WIN_PROB_MAX + faceValueWei - 1n) / faceValueWei) };
}
