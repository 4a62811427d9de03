export { applyLedgerEntry, type LedgerStep } from './ledger/apply-ledger-entry.ts';
export { chargeOf } from './ledger/charge-of.ts';
export type { LedgerEntry, LedgerOutcome, LedgerRefusal } from './ledger/ledger-entry.ts';
export {
  emptyAccount,
  type LedgerAccount,
  type LedgerCredit,
  type LedgerJob,
  type LedgerRows,
} from './ledger/ledger-rows.ts';
export type {
  GatewayPaymentProvider,
  JobOutcome,
  OrchestratorPaymentProvider,
  PayableJob,
  PayerSession,
  PaymentHold,
  Quote,
  ReceiptBytes,
  Usage,
} from './payment-provider.ts';
export { createFixedPriceFeed } from './price-feed/create-fixed-price-feed.ts';
export { createHttpPriceFeed, type HttpPriceFeedOptions } from './price-feed/create-http-price-feed.ts';
export type { ExchangeRate, PriceFeed } from './price-feed/price-feed.ts';
export { encodeReceipt, parseReceipt } from './receipt/parse-receipt.ts';
export { type Receipt, receiptSchema } from './receipt/receipt.ts';
export { receiptHash } from './receipt/receipt-hash.ts';
export { receiptMessage, type TypedValue } from './receipt/receipt-message.ts';
export { receiptSigner } from './receipt/receipt-signer.ts';
export { receiptDomain, receiptTypes, type TypedField } from './receipt/receipt-types.ts';
export { receiptsCsv } from './receipt/receipts-csv.ts';
export { signReceipt } from './receipt/sign-receipt.ts';
export { type ExpectedReceipt, verifyReceipt } from './receipt/verify-receipt.ts';
