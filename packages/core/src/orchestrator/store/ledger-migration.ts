/**
 * Who has how much, and what is held for which job. Amounts are decimal text: wei does not fit into 64 bits. Accounts are
 * looked up by key only, so a million of them cost a start nothing.
 */
export const ledgerMigration = `
CREATE TABLE ledger_accounts (
  provider TEXT NOT NULL,
  payer TEXT NOT NULL,
  credited_wei TEXT NOT NULL,
  available_wei TEXT NOT NULL,
  held_wei TEXT NOT NULL,
  earned_wei TEXT NOT NULL,
  PRIMARY KEY (provider, payer)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_credits (
  provider TEXT NOT NULL,
  payer TEXT NOT NULL,
  credit_id TEXT NOT NULL,
  amount_wei TEXT NOT NULL,
  PRIMARY KEY (provider, payer, credit_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_jobs (
  job_id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  payer TEXT NOT NULL,
  state TEXT NOT NULL,
  quote_wei TEXT NOT NULL,
  held_wei TEXT NOT NULL,
  charged_wei TEXT NOT NULL,
  last_sequence INTEGER NOT NULL,
  refunded_wei TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE jobs ADD COLUMN payment_json TEXT;
CREATE TABLE payment_migrations (
  provider TEXT PRIMARY KEY,
  applied INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
