import { z } from 'zod';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { priceSheetSchema } from '../../price/price-sheet.ts';
import type { Quote } from '../payment-provider.ts';

/** A quote as it is sent and signed. */
export interface SignedQuote {
  /** Canonical JSON, UTF-8. */
  readonly quoteJson: Uint8Array;
  /** 65 bytes over `quoteStatement`. */
  readonly signature: Uint8Array;
}

const QUOTE_BYTES_MAX = 64 * 1024;
const whole = z.string().regex(/^(0|[1-9]\d{0,77})$/, 'must be a whole number, decimal');
const text = z.string().max(500);
const quoteSchema = z.strictObject({
  capability: text,
  contractDigest: text,
  inputSha256: z.string().regex(/^[0-9a-f]{64}$/),
  usage: z.record(text, whole),
  price: priceSheetSchema,
  maxCostWei: whole,
  expiresAt: z.int().min(0),
});

/** Writes a quote as canonical JSON (RFC 8785): amounts are decimal text. */
export function encodeQuote(quote: Quote): Uint8Array {
  const usage = Object.fromEntries(Object.entries(quote.usage).map(([meter, total]) => [meter, String(total)]));
  return new TextEncoder().encode(canonicalJson({ ...quote, usage, maxCostWei: String(quote.maxCostWei) }));
}

/** Reads a quote. @throws ByocError QUOTE_INVALID */
export function parseQuote(quoteJson: Uint8Array): Quote {
  const fail = (reason: string, cause?: unknown) => new ByocError('QUOTE_INVALID', { reason }, { cause });
  if (quoteJson.length > QUOTE_BYTES_MAX) throw fail(`it is longer than ${QUOTE_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(quoteJson));
  } catch (cause) {
    throw fail('it is no JSON', cause);
  }
  const parsed = quoteSchema.safeParse(value);
  if (!parsed.success) throw fail(`its \`${parsed.error.issues[0]?.path.join('.')}\` is wrong`, parsed.error);
  const { usage, maxCostWei, ...rest } = parsed.data;
  return {
    ...rest,
    usage: Object.fromEntries(Object.entries(usage).map(([meter, total]) => [meter, BigInt(total)])),
    maxCostWei: BigInt(maxCostWei),
  };
}
