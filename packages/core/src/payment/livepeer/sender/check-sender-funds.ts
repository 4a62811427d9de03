import { ByocError } from '../../../errors/byoc-error.ts';
import type { SenderFunds } from './check-ticket-params.ts';

/**
 * Refuses to pay with a deposit or reserve that no orchestrator would take tickets on, whatever it asks for.
 *
 * @throws ByocError PAYMENT_DEPOSIT_MISSING, PAYMENT_DEPOSIT_UNLOCKED
 */
export function checkSenderFunds({
  address,
  depositWei,
  reserveWei,
  withdrawRound,
  lastInitializedRound,
}: Omit<SenderFunds, 'latestL1Block'> & { readonly address: string }): void {
  if (withdrawRound !== 0n && withdrawRound <= lastInitializedRound + 1n) {
    const facts = { address, withdrawRound: String(withdrawRound), currentRound: String(lastInitializedRound) };
    throw new ByocError('PAYMENT_DEPOSIT_UNLOCKED', facts);
  }
  if (depositWei === 0n || reserveWei === 0n)
    throw new ByocError('PAYMENT_DEPOSIT_MISSING', {
      address,
      depositWei: String(depositWei),
      reserveWei: String(reserveWei),
    });
}
