import { type Rational, rational } from '../../../price/rational.ts';
import { type Ticket, WIN_PROB_MAX } from './ticket.ts';

/** What a ticket is worth on average, exactly, in wei: faceValue × winProb / (2^256 - 1). */
export function expectedValue({ faceValueWei, winProb }: Pick<Ticket, 'faceValueWei' | 'winProb'>): Rational {
  return rational(faceValueWei * winProb, WIN_PROB_MAX);
}

/** The whole wei that a ticket is credited with: its expected value, rounded down. */
export function creditWei({ faceValueWei, winProb }: Pick<Ticket, 'faceValueWei' | 'winProb'>): bigint {
  return (faceValueWei * winProb) / WIN_PROB_MAX;
}
