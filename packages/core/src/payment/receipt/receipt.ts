import { z } from 'zod';
import { priceSheetSchema } from '../../price/price-sheet.ts';

const wei = z.string().regex(/^(0|[1-9]\d{0,77})$/, 'must be a whole number, decimal');
const address = z.string().regex(/^0x[0-9a-f]{40}$/, 'must be a lower-case ETH address');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256, 64 lower-case hex digits');
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be `sha256:` and 64 lower-case hex digits');
const text = z.string().max(500);
const time = z.int().min(0);

/** The statement of what was run, metered and charged, that the orchestrator signs. */
export const receiptSchema = z.strictObject({
  version: z.literal(1),
  jobId: text,
  /** `namespace/name@version`. */
  capability: text,
  contractDigest: digest,
  /** Of the container image; empty when the worker ran without one. */
  imageDigest: z.union([digest, z.literal('')]),
  /** Of every model that was used, sorted. */
  modelDigests: z.array(digest).max(100),
  /** Of the input's JSON, byte by byte as it was sent. */
  inputSha256: sha256,
  /** Of the output's JSON, byte by byte as it was sent; empty when there was none. */
  outputSha256: z.union([sha256, z.literal('')]),
  outcome: z.enum(['succeeded', 'failed-before-output', 'failed-by-orchestrator', 'failed-midway', 'cancelled-midway']),
  /** The meters, as metered. Decimal text. */
  usage: z.record(z.string().max(100), wei),
  price: priceSheetSchema,
  /** The most that was agreed to. */
  quoteWei: wei,
  /** What was charged. */
  amountWei: wei,
  /** The payment provider, for example `livepeer`. */
  paymentProvider: text,
  orchestrator: address,
  payer: z.union([address, z.literal('')]),
  /** Milliseconds since the Unix epoch. */
  startedAt: time,
  endedAt: time,
});

/** A parsed receipt. */
export type Receipt = z.output<typeof receiptSchema>;
