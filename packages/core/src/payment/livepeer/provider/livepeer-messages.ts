import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { ByocError } from '../../../errors/byoc-error.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import { bytesToBigInt, minimalBytes } from '../ticket/uint256-bytes.ts';
import { readFields, sizedBytes } from '../wire/read-fields.ts';
import { decodeTicketParams, encodeTicketParams } from '../wire/ticket-params-message.ts';

/** What an orchestrator tells a payer: what tickets it takes, and what the payer has already. */
export interface LivepeerTerms {
  /** Absent when the balance covers what is wanted. */
  readonly params: TicketParams | undefined;
  /** Free to be held for a job. Wei. */
  readonly availableWei: bigint;
}

/** What a payer sends: its word for one job, and tickets where its balance is too low. */
export interface LivepeerPayment {
  /** ETH address, 20 bytes. */
  readonly sender: Uint8Array;
  /** The total that may be taken for the job. Wei. */
  readonly authorizedWei: bigint;
  /** Of the authorization, 65 bytes. */
  readonly signature: Uint8Array;
  /** `net.Payment`; empty without tickets. */
  readonly tickets: Uint8Array;
}

/** Writes terms: fields 1 `net.TicketParams`, 2 balance (big-endian). */
export function encodeLivepeerTerms({ params, availableWei }: LivepeerTerms): Uint8Array {
  const writer = new BinaryWriter();
  if (params !== undefined) writer.uint32(10).bytes(encodeTicketParams(params));
  return writer.uint32(18).bytes(minimalBytes(availableWei)).finish();
}

/** Reads terms. @throws ByocError PAYMENT_DATA_INVALID */
export function decodeLivepeerTerms(message: Uint8Array): LivepeerTerms {
  return invalidAsError(() => {
    const fields = readBytes(message, 2);
    const params = fields[1] === undefined ? undefined : decodeTicketParams(fields[1]);
    return { params, availableWei: bytesToBigInt(sizedBytes('balance', fields[2], 0, 32)) };
  });
}

/** Writes a payment: fields 1 sender, 2 authorized (big-endian), 3 signature, 4 `net.Payment`. */
export function encodeLivepeerPayment({ sender, authorizedWei, signature, tickets }: LivepeerPayment): Uint8Array {
  const writer = new BinaryWriter().uint32(10).bytes(sender).uint32(18).bytes(minimalBytes(authorizedWei));
  writer.uint32(26).bytes(signature);
  if (tickets.length > 0) writer.uint32(34).bytes(tickets);
  return writer.finish();
}

/** Reads a payment. @throws ByocError PAYMENT_DATA_INVALID */
export function decodeLivepeerPayment(message: Uint8Array): LivepeerPayment {
  return invalidAsError(() => {
    const fields = readBytes(message, 4);
    return {
      sender: sizedBytes('sender', fields[1], 20),
      authorizedWei: bytesToBigInt(sizedBytes('authorized', fields[2], 0, 32)),
      signature: sizedBytes('signature', fields[3], 65),
      tickets: fields[4] ?? new Uint8Array(),
    };
  });
}

function readBytes(message: Uint8Array, last: number): (Uint8Array | undefined)[] {
  const fields: (Uint8Array | undefined)[] = [];
  readFields(message, (field, reader) => {
    if (field > last) return false;
    fields[field] = reader.bytes();
    return true;
  });
  return fields;
}

function invalidAsError<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ByocError('PAYMENT_DATA_INVALID', { reason }, { cause });
  }
}
