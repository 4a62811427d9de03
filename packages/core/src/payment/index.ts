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
