import { ByocError } from '../../errors/byoc-error.ts';
import { CREDIT } from '../../payment/credit/credit-authorization.ts';
import type { LedgerAccount } from '../../payment/ledger/ledger-rows.ts';
import type { PaymentDesk } from './payment-desk.ts';

/** A balance, as the admin API shows it. Decimal wei. */
export interface CreditView {
  /** Lower-case ETH address. */
  readonly payer: string;
  readonly availableWei: string;
  readonly heldWei: string;
  readonly earnedWei: string;
  readonly creditedWei: string;
}

/** A grant, or its opposite. */
export interface CreditChange {
  readonly action: 'grant' | 'revoke';
  readonly payer: string;
  /** Decimal wei. */
  readonly amountWei: string;
  /** Makes it happen once. */
  readonly id: string;
}

/** What an operator does with the balances of `credit`. */
export interface CreditBook {
  list(): readonly CreditView[];
  /** @throws ByocError CREDIT_CHANGE_REFUSED, PAYMENT_PROVIDER_UNKNOWN when credit is not a way to pay here */
  change(change: CreditChange): CreditView;
}

const PAGE = 1000;

/** Creates the book over the ledger. */
export function createCreditBook(desk: PaymentDesk): CreditBook {
  return {
    list() {
      const views: CreditView[] = [];
      for (let after = ''; ; ) {
        const page = desk.ledger.list(CREDIT, { after, limit: PAGE });
        views.push(...page.map((account) => view(account.payer, account)));
        if (page.length < PAGE) return views;
        after = page.at(-1)?.payer ?? '';
      }
    },
    change({ action, payer: address, amountWei, id }) {
      desk.provider(CREDIT);
      const payer = address.toLowerCase();
      const key = { provider: CREDIT, payer };
      const type = action === 'grant' ? 'credit' : 'debit';
      const outcome = desk.ledger.apply(key, { type, creditId: id, amountWei: BigInt(amountWei) });
      const account = desk.ledger.account(key);
      if (outcome.type !== 'refused') return view(payer, account);
      const reason =
        outcome.reason === 'conflict'
          ? `\`${id}\` was another change before`
          : `only ${account.availableWei} wei of it are neither held nor spent`;
      throw new ByocError('CREDIT_CHANGE_REFUSED', { payer, amountWei, reason });
    },
  };
}

function view(payer: string, { availableWei, heldWei, earnedWei, creditedWei }: LedgerAccount): CreditView {
  return {
    payer,
    availableWei: String(availableWei),
    heldWei: String(heldWei),
    earnedWei: String(earnedWei),
    creditedWei: String(creditedWei),
  };
}
