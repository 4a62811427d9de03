/**
 * Tables of the tickets that an orchestrator takes. Amounts are decimal text, since wei pass 2^63. A nonce is forgotten once its
 * parameters have expired; a winner never is.
 */
export const livepeerMigrations = [
  `CREATE TABLE livepeer_nonces (
    rand_hash TEXT NOT NULL,
    sender_nonce INTEGER NOT NULL,
    expiration_block INTEGER NOT NULL,
    PRIMARY KEY (rand_hash, sender_nonce)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE livepeer_retired (
    rand_hash TEXT PRIMARY KEY,
    expiration_block INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE livepeer_winners (
    hash TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    face_value_wei TEXT NOT NULL,
    win_prob TEXT NOT NULL,
    sender_nonce INTEGER NOT NULL,
    recipient_rand BLOB NOT NULL,
    recipient_rand_hash TEXT NOT NULL,
    signature BLOB NOT NULL,
    creation_round INTEGER NOT NULL,
    creation_round_block_hash BLOB NOT NULL,
    params_expiration_block INTEGER NOT NULL,
    stored_block INTEGER NOT NULL,
    phase TEXT NOT NULL,
    tries INTEGER NOT NULL,
    batch_id TEXT,
    not_before_block INTEGER NOT NULL,
    reason TEXT,
    mined_block INTEGER,
    mined_block_hash TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX livepeer_winners_open ON livepeer_winners (phase) WHERE phase NOT IN ('redeemed', 'given-up');
  CREATE TABLE livepeer_batches (
    batch_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    raw TEXT NOT NULL,
    hash TEXT NOT NULL,
    gas_limit INTEGER NOT NULL,
    max_fee_wei TEXT NOT NULL,
    max_priority_fee_wei TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    PRIMARY KEY (batch_id, attempt)
  ) STRICT, WITHOUT ROWID;`,
  // What came of it, for the operator's books. Tickets are summed by the hour; a winner of before this has no capability and no time.
  `ALTER TABLE livepeer_winners ADD COLUMN capability TEXT NOT NULL DEFAULT '';
  ALTER TABLE livepeer_winners ADD COLUMN won_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE livepeer_batches ADD COLUMN cost_wei TEXT;
  ALTER TABLE livepeer_batches ADD COLUMN mined_at INTEGER;
  CREATE TABLE livepeer_received (
    hour_at INTEGER NOT NULL,
    capability TEXT NOT NULL,
    tickets INTEGER NOT NULL,
    worth_wei TEXT NOT NULL,
    PRIMARY KEY (hour_at, capability)
  ) STRICT, WITHOUT ROWID;`,
] as const;
