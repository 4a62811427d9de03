import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import type { Signer } from '../keys/signer.ts';
import { verifyMessage } from '../keys/verify-message.ts';
import type { PayableJob } from '../payment-provider.ts';

/** On the wire. */
export const CREDIT = 'credit';

/** What a payer lets an orchestrator take for one job. */
export interface CreditAuthorization {
  /** Lower-case ETH address. */
  readonly payer: string;
  /** The most that the job may take of the payer's balance: a total, wei. */
  readonly amountWei: bigint;
  /** Milliseconds since the Unix epoch: not taken later. */
  readonly expiresAt: number;
}

const schema = z.strictObject({
  payer: z.string().regex(/^0x[0-9a-f]{40}$/),
  amountWei: z.string().regex(/^(0|[1-9]\d{0,77})$/),
  expiresAt: z.int().min(0),
  signature: z.string().regex(/^0x[0-9a-f]{130}$/),
});
const DATA_BYTES_MAX = 1024;

/**
 * The text that the payer signs (EIP-191). It names one job of one orchestrator with its input, so that it is worth nothing
 * anywhere else and never again.
 */
export function creditStatement(job: PayableJob, orchestrator: string, authorization: CreditAuthorization): string {
  return [
    'BYOC credit authorization v1',
    `orchestrator: ${orchestrator.toLowerCase()}`,
    `payer: ${authorization.payer}`,
    `job: ${job.jobId}`,
    `capability: ${job.capability}`,
    `contract: ${job.contractDigest}`,
    `input-sha256: ${job.inputSha256}`,
    `amount-wei: ${authorization.amountWei}`,
    `expires-at: ${authorization.expiresAt}`,
    '',
  ].join('\n');
}

/** Signs an authorization: what goes into the payment intent, or answers `payment_required`. @throws ByocError KEY_INVALID, SIGNER_* */
export async function signCredit(
  job: PayableJob,
  {
    orchestrator,
    signer,
    amountWei,
    expiresAt,
  }: {
    orchestrator: string;
    signer: Signer;
    amountWei: bigint;
    expiresAt: number;
  },
): Promise<Uint8Array> {
  const payer = signer.address.toLowerCase();
  const message = creditStatement(job, orchestrator, { payer, amountWei, expiresAt });
  const signature = `0x${bytesToHex(await signer.sign({ kind: 'message', message }))}`;
  return new TextEncoder().encode(JSON.stringify({ payer, amountWei: String(amountWei), expiresAt, signature }));
}

/**
 * Reads an authorization and checks that its payer signed it for this job.
 *
 * @throws ByocError PAYMENT_DATA_INVALID, PAYMENT_AUTHORIZATION_REFUSED
 */
export function verifyCredit(
  data: Uint8Array,
  job: PayableJob,
  { orchestrator, now, engine }: { orchestrator: string; now: number; engine?: CryptoEngine | undefined },
): CreditAuthorization {
  const { signature, amountWei, ...rest } = parse(data);
  const authorization = { ...rest, amountWei: BigInt(amountWei) };
  const refuse = (reason: string) =>
    new ByocError('PAYMENT_AUTHORIZATION_REFUSED', { payer: authorization.payer, jobId: job.jobId, reason });
  if (authorization.expiresAt <= now) throw refuse('it has expired');
  const message = creditStatement(job, orchestrator, authorization);
  if (verifyMessage(message, hexToBytes(signature.slice(2)), engine) !== authorization.payer)
    throw refuse('the payer did not sign it for this job, input and orchestrator');
  return authorization;
}

function parse(data: Uint8Array): z.output<typeof schema> {
  const fail = (reason: string, cause?: unknown) => new ByocError('PAYMENT_DATA_INVALID', { reason }, { cause });
  if (data.length > DATA_BYTES_MAX) throw fail(`it is longer than ${DATA_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch (cause) {
    throw fail('it is no JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fail(`its \`${parsed.error.issues[0]?.path.join('.')}\` is wrong`, parsed.error);
}
