import { zodIssues } from '../capability/zod-issues.ts';
import { ByocError } from '../errors/byoc-error.ts';
import { type PriceSheet, priceSheetSchema } from './price-sheet.ts';

/**
 * Reads a price sheet from parsed JSON and fills in defaults.
 *
 * @throws ByocError PRICE_SHEET_INVALID
 */
export function parsePriceSheet(value: unknown): PriceSheet {
  const result = priceSheetSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ByocError('PRICE_SHEET_INVALID', { issues: zodIssues(result.error, value) });
}
