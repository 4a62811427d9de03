import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { ByocError } from '../../errors/byoc-error.ts';
import { priceOf } from '../../price/price-of.ts';
import type { Signer } from '../keys/signer.ts';
import { verifyMessage } from '../keys/verify-message.ts';
import type { Quote } from '../payment-provider.ts';
import { encodeQuote, parseQuote, type SignedQuote } from './signed-quote.ts';

/** The text that an orchestrator signs (EIP-191) for a quote: gateway-protocol.md, G-34. */
export function quoteStatement(quoteJson: Uint8Array): string {
  return `BYOC quote v1\nsha256: ${bytesToHex(sha256(quoteJson))}\n`;
}

/** Signs a quote with the orchestrator's key. @throws ByocError KEY_INVALID, SIGNER_* */
export async function signQuote(quote: Quote, signer: Signer): Promise<SignedQuote> {
  const quoteJson = encodeQuote(quote);
  return { quoteJson, signature: await signer.sign({ kind: 'message', message: quoteStatement(quoteJson) }) };
}

/**
 * Reads a quote and checks that the orchestrator signed it, that it has not expired, and that its most is what its own price
 * and usage come to.
 *
 * @throws ByocError QUOTE_INVALID, QUOTE_EXPIRED
 */
export function verifyQuote(
  { quoteJson, signature }: SignedQuote,
  { orchestrator, now }: { orchestrator: string; now: number },
): Quote {
  const quote = parseQuote(quoteJson);
  const fail = (reason: string) => new ByocError('QUOTE_INVALID', { reason });
  if (verifyMessage(quoteStatement(quoteJson), signature) !== orchestrator.toLowerCase())
    throw fail(`it is not signed by ${orchestrator}`);
  if (quote.maxCostWei !== priceOf(quote.price, quote.usage)) throw fail('its price and usage come to another amount');
  if (quote.expiresAt <= now)
    throw new ByocError('QUOTE_EXPIRED', { expiredAt: new Date(Math.min(quote.expiresAt, 8.64e15)).toISOString() });
  return quote;
}
