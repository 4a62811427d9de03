export { type ChainlinkPriceFeedOptions, createChainlinkPriceFeed } from './chain/create-chainlink-price-feed.ts';
export type { LivepeerWalletOptions } from './chain/create-livepeer-wallet.ts';
export type {
  ChainClaim,
  ChainHead,
  ChainRound,
  ChainSender,
  Hex,
  LivepeerChain,
  MinedTransaction,
  RedeemedEvent,
} from './chain/livepeer-chain.ts';
export {
  type Address,
  arbitrumOne,
  type LivepeerContracts,
  type LivepeerNetwork,
  localNetwork,
} from './chain/livepeer-network.ts';
export type { LivepeerWallet, WalletBalance, WalletOptions } from './chain/livepeer-wallet.ts';
export { type LivepeerChainOptions, openLivepeerChain } from './chain/open-livepeer-chain.ts';
export { openLivepeerWallet } from './chain/open-livepeer-wallet.ts';
export type { RpcCall, RpcPool, RpcPoolOptions } from './chain/rpc-pool.ts';
export type { SendOptions } from './chain/send-transaction.ts';
export { loadCryptoEngine } from './engine/load-crypto-engine.ts';
export {
  type LivepeerGatewayOptions,
  type LivepeerGatewayProvider,
  openLivepeerGatewayProvider,
} from './provider/create-livepeer-gateway-provider.ts';
export {
  createLivepeerOrchestratorProvider,
  type LivepeerOrchestratorOptions,
  type LivepeerOrchestratorProvider,
  type LivepeerWinner,
} from './provider/create-livepeer-orchestrator-provider.ts';
export { livepeerBooks } from './provider/livepeer-books.ts';
export {
  createTicketReceiver,
  type ReceivedTickets,
  type SenderView,
  type TicketReceiver,
  type TicketReceiverOptions,
  type WinningTicket,
} from './recipient/create-ticket-receiver.ts';
export { issueTicketParams, PARAMS_LIFE_BLOCKS } from './recipient/issue-ticket-params.ts';
export { loadTicketSecret } from './recipient/load-ticket-secret.ts';
export { maxFloatWei, type SenderFloat } from './recipient/max-float-wei.ts';
export {
  createNonceBook,
  NONCES_MAX,
  type NonceBook,
  type NonceState,
  type UsedNonce,
} from './recipient/nonce-book.ts';
export { planTicketWorth, type TicketWorthInput } from './recipient/plan-ticket-worth.ts';
export type { RandBinding } from './recipient/recipient-rand.ts';
export {
  planRedemptions,
  type RedemptionLimits,
  type RedemptionPlan,
  type RedemptionView,
  type SenderMoney,
  type WaitingTicket,
} from './redemption/plan-redemptions.ts';
export {
  durableRedemption,
  type GiveUpReason,
  type Redemption,
  type RedemptionPhase,
} from './redemption/redemption.ts';
export type { RedeemOptions } from './redemption/redemption-context.ts';
export { type RedemptionEvent, TRIES_MAX, transitionRedemption } from './redemption/transition-redemption.ts';
export { checkTicketParams, type SenderFunds, type SenderLimits } from './sender/check-ticket-params.ts';
export { createTicketSender, type TicketSender } from './sender/create-ticket-sender.ts';
export { ticketCount } from './sender/ticket-count.ts';
export { seeTransaction } from './signer-service/see-transaction.ts';
export { type SignerService, type SignerServiceOptions, serveSigner } from './signer-service/serve-signer.ts';
export type { AllowedContract, SeenTransaction, SigningPolicy } from './signer-service/signing-policy.ts';
export { creditWei, expectedValue } from './ticket/expected-value.ts';
export { type SignedTicket, type Ticket, type TicketParams, WIN_PROB_MAX } from './ticket/ticket.ts';
export { ticketHash } from './ticket/ticket-hash.ts';
export { type VerifiedTicket, verifyTicket } from './ticket/verify-ticket.ts';
export { decodeTicketPayment } from './wire/decode-ticket-payment.ts';
export { encodeTicketPayment } from './wire/encode-ticket-payment.ts';
export { decodeTicketParams, encodeTicketParams } from './wire/ticket-params-message.ts';
export type { TicketPayment } from './wire/ticket-payment.ts';
