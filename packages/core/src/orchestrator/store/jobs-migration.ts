/**
 * The table of jobs. A row is written before the frame that announces it: at acceptance, when the job takes a slot, and at
 * its end. `synchronous = NORMAL` is enough here: once a write returns it is in the operating system's hands, so `kill -9`
 * loses nothing; only a power cut may lose the last rows, and with them jobs that no caller can have been charged for twice.
 */
export const jobsMigration = `
CREATE TABLE jobs (
  job_id TEXT PRIMARY KEY,
  plugin_id TEXT NOT NULL,
  worker_id TEXT NOT NULL DEFAULT '',
  capability TEXT NOT NULL,
  contract_digest TEXT NOT NULL,
  secret_sha256 BLOB NOT NULL,
  on_disconnect TEXT NOT NULL,
  deadline INTEGER NOT NULL,
  provider TEXT NOT NULL,
  max_cost_wei TEXT NOT NULL,
  price_json TEXT NOT NULL,
  state TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  ended_at INTEGER,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  usage_json TEXT,
  output_json BLOB,
  parts_json TEXT,
  error_json TEXT,
  amount_wei TEXT,
  receipt_json BLOB,
  receipt_signature BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_open ON jobs (state) WHERE ended_at IS NULL;
`;

/**
 * Jobs without an end are looked for at a start only, among few rows now that old ones are forgotten: an index would cost two
 * writes a job.
 */
export const endedJobsMigration = 'DROP INDEX jobs_open;';
