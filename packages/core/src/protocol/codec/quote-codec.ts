import type { Quote } from '../../payment/payment-provider.ts';
import { priceSheetSchema } from '../../price/price-sheet.ts';
import type { JsonObject } from '../../primitives/json.ts';
import { decodeJsonObject, encodeJsonObject } from './json-object-codec.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

const WHOLE = /^(0|[1-9]\d{0,77})$/;

/** Writes a quote as JSON with sorted keys: amounts are decimal strings. */
export function encodeQuote(quote: Quote): Uint8Array {
  const text = (value: bigint) => value.toString();
  const meters = Object.keys(quote.price.meters).sort();
  return encodeJsonObject({
    capability: quote.capability,
    contractDigest: quote.contractDigest,
    expiresAt: quote.expiresAt,
    inputSha256: quote.inputSha256,
    maxCostWei: text(quote.maxCostWei),
    price: {
      baseWei: quote.price.baseWei,
      meters: Object.fromEntries(
        meters.map((meter) => {
          const price = quote.price.meters[meter];
          return [meter, { amountWei: price?.amountWei, per: price?.per }];
        }),
      ),
    },
    usage: Object.fromEntries(
      Object.keys(quote.usage)
        .sort()
        .map((meter) => [meter, text(quote.usage[meter] ?? 0n)]),
    ),
  });
}

/** Reads a quote. */
export function decodeQuote(bytes: Uint8Array, context: WireContext): Quote {
  const json = decodeJsonObject(bytes, 'quote_json', context);
  const price = priceSheetSchema.safeParse(json['price']);
  if (!price.success) throw malformed(context, 'the quote has no price sheet');
  return {
    capability: textOf(json, 'capability', context),
    contractDigest: textOf(json, 'contractDigest', context),
    inputSha256: textOf(json, 'inputSha256', context),
    expiresAt: Number(json['expiresAt'] ?? 0),
    maxCostWei: wholeOf(json['maxCostWei'], context),
    price: price.data,
    usage: Object.fromEntries(
      Object.entries((json['usage'] ?? {}) as JsonObject).map(([meter, total]) => [meter, wholeOf(total, context)]),
    ),
  };
}

function textOf(json: JsonObject, field: string, context: WireContext): string {
  const value = json[field];
  if (typeof value !== 'string') throw malformed(context, `the quote's ${field} is not text`);
  return value;
}

function wholeOf(value: unknown, context: WireContext): bigint {
  if (typeof value !== 'string' || !WHOLE.test(value))
    throw malformed(context, 'the quote holds an amount that is no whole number');
  return BigInt(value);
}
