export { createLocalSigner } from './keys/create-local-signer.ts';
export { createPrivateKey } from './keys/create-private-key.ts';
export type { CryptoEngine, RecoverableSignature } from './keys/crypto-engine.ts';
export type { KeystoreFile } from './keys/keystore/keystore-file.ts';
export { readKeystore } from './keys/keystore/read-keystore.ts';
export { readKeystoreAddress } from './keys/keystore/read-keystore-address.ts';
export { readKeystoreFile } from './keys/keystore/read-keystore-file.ts';
export { writeKeystore } from './keys/keystore/write-keystore.ts';
export { parsePrivateKey } from './keys/parse-private-key.ts';
export { connectRemoteSigner, type RemoteSignerOptions } from './keys/remote/connect-remote-signer.ts';
export type { Signer, SigningRequest } from './keys/signer.ts';
export type { TypedData, TypedField, TypedValue } from './keys/typed-data.ts';
export { typedDataHash } from './keys/typed-data-hash.ts';
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
export type { PaymentBooking, PaymentBooks } from './payment-books.ts';
export type { PaymentAccounts, PaymentHost, RowStatement, RowValue } from './payment-host.ts';
export type {
  GatewayPaymentProvider,
  JobOutcome,
  JobPayer,
  OpenPaymentOptions,
  OrchestratorPaymentProvider,
  PayableJob,
  PayerSession,
  PaymentIntent,
  PaymentTermsRequest,
  Quote,
  ReceiptBytes,
  Usage,
} from './payment-provider.ts';
export { createFixedPriceFeed } from './price-feed/create-fixed-price-feed.ts';
export { createHttpPriceFeed, type HttpPriceFeedOptions } from './price-feed/create-http-price-feed.ts';
export type { ExchangeRate, PriceFeed } from './price-feed/price-feed.ts';
export { createProvenance } from './provenance/create-provenance.ts';
export { type Provenance, parseProvenance } from './provenance/provenance.ts';
export { statedFiles } from './provenance/stated-files.ts';
export { type ProvenanceFacts, verifyProvenance } from './provenance/verify-provenance.ts';
export { encodeReceipt, parseReceipt } from './receipt/parse-receipt.ts';
export { type Receipt, receiptSchema } from './receipt/receipt.ts';
export { receiptHash } from './receipt/receipt-hash.ts';
export { receiptMessage } from './receipt/receipt-message.ts';
export { receiptSigner } from './receipt/receipt-signer.ts';
export { receiptTypedData } from './receipt/receipt-typed-data.ts';
export { receiptDomain, receiptTypes } from './receipt/receipt-types.ts';
export { receiptsCsv } from './receipt/receipts-csv.ts';
export { signReceipt } from './receipt/sign-receipt.ts';
export { type ExpectedReceipt, verifyReceipt } from './receipt/verify-receipt.ts';
