import { canonicalJson } from '../../capability/canonical-json.ts';
import { zodIssues } from '../../capability/zod-issues.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { type Receipt, receiptSchema } from './receipt.ts';

const RECEIPT_BYTES_MAX = 64 * 1024;

/**
 * Reads a receipt from its JSON, as it came.
 *
 * @throws ByocError RECEIPT_INVALID
 */
export function parseReceipt(receiptJson: Uint8Array): Receipt {
  const fail = (reason: string) => new ByocError('RECEIPT_INVALID', { reason });
  if (receiptJson.length > RECEIPT_BYTES_MAX) throw fail(`it is longer than ${RECEIPT_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(receiptJson));
  } catch {
    throw fail('it is no JSON');
  }
  const parsed = receiptSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fail(
    zodIssues(parsed.error, value)
      .map(({ path, message }) => `\`${path}\` ${message}`)
      .join('; '),
  );
}

/** Writes a receipt as canonical JSON, UTF-8: what is sent and stored. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return new TextEncoder().encode(canonicalJson(receipt));
}
