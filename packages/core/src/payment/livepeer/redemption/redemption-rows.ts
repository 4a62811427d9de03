import type { PaymentHost, RowValue } from '../../payment-host.ts';
import type { Hex } from '../chain/livepeer-chain.ts';
import type { GasFees } from '../chain/plan-gas-fees.ts';
import type { WinningTicket } from '../recipient/create-ticket-receiver.ts';
import type { UsedNonce } from '../recipient/nonce-book.ts';
import { durableRedemption, type Redemption } from './redemption.ts';

/** A winner as it is kept. */
export interface StoredWinner extends WinningTicket {
  readonly redemption: Redemption;
  /** The chain's block when it was stored: it can't have been redeemed before. */
  readonly storedBlock: bigint;
  /** Where `WinningTicketRedeemed` was seen. */
  readonly mined: MinedAt | undefined;
}

/** A block that has a redemption's event. */
export interface MinedAt {
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
}

/** One signed transaction of a batch. All attempts of a batch have its nonce, so that at most one is mined. */
export interface BatchAttempt {
  readonly batchId: string;
  /** From 1. */
  readonly attempt: number;
  readonly nonce: number;
  readonly raw: Hex;
  readonly hash: Hex;
  readonly gasLimit: bigint;
  readonly fees: GasFees;
  readonly signedAt: number;
}

/** What tickets were taken for, and when (milliseconds since the Unix epoch). */
export interface TicketSale {
  readonly capability: string;
  readonly at: number;
}

const HOUR_MS = 3_600_000;

/** The rows of tickets. Writes are durable when the transaction that they are in returns. */
export interface RedemptionRows {
  useNonce(nonce: UsedNonce): void;
  retire(randHash: string, expirationBlock: bigint): void;
  /** Forgets nonces whose parameters expired at this L1 block or before. */
  forget(latestL1Block: bigint): void;
  listNonces(): UsedNonce[];
  listRetired(): { randHash: string; expirationBlock: bigint }[];
  /** A winner that is known already stays as it is. */
  insertWinner(winner: WinningTicket, storedBlock: bigint, sale: TicketSale): void;
  /** Adds tickets that were taken to those of their hour. */
  addReceived(sale: TicketSale, received: { tickets: number; worthWei: bigint }): void;
  save(hash: Uint8Array, redemption: Redemption, mined: MinedAt | undefined): void;
  get(hash: string): StoredWinner | undefined;
  /** Winners that are neither redeemed for good nor given up. */
  listOpen(): StoredWinner[];
  /** Newest first. */
  list(limit: number): StoredWinner[];
  insertAttempt(attempt: BatchAttempt): void;
  /** What a transaction that was mined has cost. The others of its batch never were. */
  saveCost(hash: Hex, cost: { costWei: bigint; minedAt: number }): void;
  /** In the order in which they were signed. */
  attempts(batchId: string): BatchAttempt[];
}

/** Creates the rows over a host whose database has `livepeerMigrations`. */
export function createRedemptionRows(host: PaymentHost): RedemptionRows {
  const useNonce = host.prepare('INSERT INTO livepeer_nonces VALUES (?, ?, ?)');
  const retire = host.prepare('INSERT OR IGNORE INTO livepeer_retired VALUES (?, ?)');
  const dropNonces = host.prepare('DELETE FROM livepeer_nonces WHERE expiration_block <= ?');
  const dropRetired = host.prepare('DELETE FROM livepeer_retired WHERE expiration_block <= ?');
  const nonces = host.prepare('SELECT * FROM livepeer_nonces');
  const retired = host.prepare('SELECT * FROM livepeer_retired');
  const insert = host.prepare(
    'INSERT OR IGNORE INTO livepeer_winners VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?)',
  );
  const save = host.prepare(
    `UPDATE livepeer_winners SET phase = ?, tries = ?, batch_id = ?, not_before_block = ?, reason = ?, mined_block = ?,
      mined_block_hash = ? WHERE hash = ?`,
  );
  const get = host.prepare('SELECT * FROM livepeer_winners WHERE hash = ?');
  const open = host.prepare(`SELECT * FROM livepeer_winners WHERE phase NOT IN ('redeemed', 'given-up')`);
  const list = host.prepare('SELECT * FROM livepeer_winners ORDER BY stored_block DESC, hash LIMIT ?');
  const insertAttempt = host.prepare('INSERT INTO livepeer_batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)');
  const saveCost = host.prepare(
    `UPDATE livepeer_batches SET cost_wei = CASE hash WHEN ? THEN ? END, mined_at = CASE hash WHEN ? THEN ? END
      WHERE batch_id = (SELECT batch_id FROM livepeer_batches WHERE hash = ?)`,
  );
  const received = host.prepare('SELECT * FROM livepeer_received WHERE hour_at = ? AND capability = ?');
  const putReceived = host.prepare('INSERT OR REPLACE INTO livepeer_received VALUES (?, ?, ?, ?)');
  const attempts = host.prepare('SELECT * FROM livepeer_batches WHERE batch_id = ? ORDER BY attempt');
  return {
    useNonce: ({ randHash, senderNonce, expirationBlock }) => void useNonce.run(randHash, senderNonce, expirationBlock),
    retire: (randHash, expirationBlock) => void retire.run(randHash, expirationBlock),
    forget(latestL1Block) {
      dropNonces.run(latestL1Block);
      dropRetired.run(latestL1Block);
    },
    listNonces: () =>
      nonces.all().map((row) => ({
        randHash: String(row['rand_hash']),
        senderNonce: Number(row['sender_nonce']),
        expirationBlock: BigInt(row['expiration_block'] as number),
      })),
    listRetired: () =>
      retired.all().map((row) => ({
        randHash: String(row['rand_hash']),
        expirationBlock: BigInt(row['expiration_block'] as number),
      })),
    insertWinner(winner, storedBlock, { capability, at }) {
      const { phase, tries, notBeforeBlock } = durableRedemption;
      insert.run(
        ...[hex(winner.hash), hex(winner.sender), hex(winner.recipient), String(winner.faceValueWei)],
        ...[String(winner.winProb), winner.senderNonce, winner.recipientRand, hex(winner.recipientRandHash)],
        ...[winner.signature, winner.creationRound, winner.creationRoundBlockHash, winner.paramsExpirationBlock],
        ...[storedBlock, phase, tries, null, notBeforeBlock, null, capability, at],
      );
    },
    addReceived({ capability, at }, { tickets, worthWei }) {
      const hourAt = at - (at % HOUR_MS);
      const before = received.get(hourAt, capability);
      const worth = BigInt(String(before?.['worth_wei'] ?? '0')) + worthWei;
      putReceived.run(hourAt, capability, Number(before?.['tickets'] ?? 0) + tickets, String(worth));
    },
    save(hash, { phase, tries, batchId, notBeforeBlock, reason }, mined) {
      save.run(
        ...[phase, tries, batchId ?? null, notBeforeBlock, reason ?? null],
        ...[mined?.blockNumber ?? null, mined?.blockHash ?? null, hex(hash)],
      );
    },
    get(hash) {
      const row = get.get(hash);
      return row === undefined ? undefined : readWinner(row);
    },
    listOpen: () => open.all().map(readWinner),
    list: (limit) => list.all(limit).map(readWinner),
    insertAttempt({ batchId, attempt, nonce, raw, hash, gasLimit, fees, signedAt }) {
      insertAttempt.run(
        ...[batchId, attempt, nonce, raw, hash, gasLimit],
        ...[String(fees.maxFeePerGasWei), String(fees.maxPriorityFeePerGasWei), signedAt],
      );
    },
    saveCost: (hash, { costWei, minedAt }) => void saveCost.run(hash, String(costWei), hash, minedAt, hash),
    attempts: (batchId) => attempts.all(batchId).map(readAttempt),
  };
}

type Row = Readonly<Record<string, RowValue>>;

function readWinner(row: Row): StoredWinner {
  const number = (name: string) => BigInt(row[name] as number | bigint | string);
  const minedBlock = row['mined_block'];
  return {
    hash: bytes(row['hash']),
    sender: bytes(row['sender']),
    recipient: bytes(row['recipient']),
    faceValueWei: number('face_value_wei'),
    winProb: number('win_prob'),
    senderNonce: Number(row['sender_nonce']),
    recipientRand: row['recipient_rand'] as Uint8Array,
    recipientRandHash: bytes(row['recipient_rand_hash']),
    signature: row['signature'] as Uint8Array,
    creationRound: number('creation_round'),
    creationRoundBlockHash: row['creation_round_block_hash'] as Uint8Array,
    paramsExpirationBlock: number('params_expiration_block'),
    storedBlock: number('stored_block'),
    redemption: {
      phase: row['phase'] as Redemption['phase'],
      tries: Number(row['tries']),
      batchId: (row['batch_id'] as string | null) ?? undefined,
      notBeforeBlock: number('not_before_block'),
      reason: ((row['reason'] as string | null) ?? undefined) as Redemption['reason'],
    },
    mined:
      minedBlock === null
        ? undefined
        : { blockNumber: number('mined_block'), blockHash: row['mined_block_hash'] as Hex },
  };
}

function readAttempt(row: Row): BatchAttempt {
  return {
    batchId: String(row['batch_id']),
    attempt: Number(row['attempt']),
    nonce: Number(row['nonce']),
    raw: row['raw'] as Hex,
    hash: row['hash'] as Hex,
    gasLimit: BigInt(row['gas_limit'] as number),
    fees: {
      maxFeePerGasWei: BigInt(row['max_fee_wei'] as string),
      maxPriorityFeePerGasWei: BigInt(row['max_priority_fee_wei'] as string),
    },
    signedAt: Number(row['signed_at']),
  };
}

function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

function bytes(value: RowValue | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(String(value), 'hex'));
}
