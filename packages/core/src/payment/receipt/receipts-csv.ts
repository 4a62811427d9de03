import type { Receipt } from './receipt.ts';

const COLUMNS = [
  'jobId',
  'capability',
  'contractDigest',
  'imageDigest',
  'inputSha256',
  'outputSha256',
  'outcome',
  'quoteWei',
  'amountWei',
  'paymentProvider',
  'orchestrator',
  'payer',
] as const satisfies readonly (keyof Receipt)[];

/** Writes receipts as CSV (RFC 4180): a header, then a line each. Times are ISO 8601, usage is `meter=units`, joined by blanks. */
export function receiptsCsv(receipts: Iterable<Receipt>): string {
  const lines = [[...COLUMNS, 'startedAt', 'endedAt', 'usage', 'modelDigests'].join(',')];
  for (const receipt of receipts) {
    const cells = [
      ...COLUMNS.map((column) => receipt[column]),
      new Date(receipt.startedAt).toISOString(),
      new Date(receipt.endedAt).toISOString(),
      Object.entries(receipt.usage)
        .map(([meter, units]) => `${meter}=${units}`)
        .join(' '),
      receipt.modelDigests.join(' '),
    ];
    lines.push(cells.map(cell).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** A spreadsheet runs what starts with `=`, `+`, `-` or `@`; a quote before it keeps it text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
