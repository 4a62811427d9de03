import type { PaymentBooking, PaymentBooks } from '../../payment-books.ts';
import type { PaymentHost } from '../../payment-host.ts';
import { livepeerMigrations } from './livepeer-migrations.ts';
import { LIVEPEER } from './livepeer-name.ts';

/** What the tables of tickets say of an orchestrator's income. */
export const livepeerBooks: PaymentBooks = { provider: LIVEPEER, migrations: livepeerMigrations, list };

type Rows = Pick<PaymentHost, 'prepare'>;

function* list(rows: Rows, sinceMs: number): Iterable<PaymentBooking> {
  for (const row of rows.prepare('SELECT * FROM livepeer_received WHERE hour_at >= ?').all(sinceMs))
    yield {
      type: 'tickets',
      at: Number(row['hour_at']),
      capability: String(row['capability']),
      count: Number(row['tickets']),
      worthWei: BigInt(String(row['worth_wei'])),
    };
  const winners = rows.prepare(
    'SELECT won_at, capability, phase, reason, face_value_wei FROM livepeer_winners WHERE won_at >= ?',
  );
  for (const row of winners.all(sinceMs)) {
    const phase = String(row['phase']);
    yield {
      type: 'winner',
      at: Number(row['won_at']),
      capability: String(row['capability']),
      state: phase === 'redeemed' || phase === 'given-up' ? phase : 'pending',
      reason: row['reason'] === null ? undefined : String(row['reason']),
      faceValueWei: BigInt(String(row['face_value_wei'])),
    };
  }
  yield* listGas(rows, sinceMs);
}

/** A transaction redeems several tickets: each bears an equal share, and the shares add up to the wei. */
function* listGas(rows: Rows, sinceMs: number): Iterable<PaymentBooking> {
  const batches = rows.prepare('SELECT batch_id, cost_wei, mined_at FROM livepeer_batches WHERE mined_at >= ?');
  const redeemed = rows.prepare('SELECT capability FROM livepeer_winners WHERE batch_id = ? ORDER BY hash');
  for (const batch of batches.all(sinceMs)) {
    const costWei = BigInt(String(batch['cost_wei']));
    const at = Number(batch['mined_at']);
    const capabilities = redeemed.all(batch['batch_id'] ?? '').map((row) => String(row['capability']));
    // It redeemed nothing, and cost something all the same.
    if (capabilities.length === 0) capabilities.push('');
    const shares = BigInt(capabilities.length);
    for (const [index, capability] of capabilities.entries()) {
      const share = (costWei * BigInt(index + 1)) / shares - (costWei * BigInt(index)) / shares;
      yield { type: 'gas', at, capability, costWei: share };
    }
  }
}
