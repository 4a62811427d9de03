import type { ReceiptBytes } from '../../payment/payment-provider.ts';
import { createCodec } from '../codec/codec.ts';
import { decodeGatewayFrame, encodeGatewayFrame } from '../codec/gateway-frame-codec.ts';
import { decodeOffer, encodeOffer } from '../codec/offer-codec.ts';
import { decodeOrchestratorFrame, encodeOrchestratorFrame } from '../codec/orchestrator-frame-codec.ts';
import { readCount } from '../codec/read-count.ts';
import { splitFrames } from '../codec/split-frames.ts';
import { decodeTimestamp, encodeTimestamp } from '../codec/timestamp-codec.ts';
import type { WireContext } from '../codec/wire-context.ts';
import type { GatewayFrame, OrchestratorFrame } from '../frames.ts';
import * as wire from '../gen/byoc/orchestrator/v1/orchestrator.ts';
import type { Method } from '../grpc/method.ts';
import type { Offer, OffersChange, OrchestratorInfo, QuoteRequest, QuoteResponse } from '../orchestrator-service.ts';

/** The name of the service. */
export const ORCHESTRATOR_SERVICE = 'byoc.orchestrator.v1.OrchestratorService';

const asIs = <T>(value: T): T => value;
const frames = {
  toMessage: (value: readonly OrchestratorFrame[]) => ({ frames: value.map(encodeOrchestratorFrame) }),
  fromMessage: (message: wire.RunJobResponse, context: WireContext): readonly OrchestratorFrame[] =>
    message.frames.map((frame) => decodeOrchestratorFrame(frame, context)),
};
const EMPTY = new Uint8Array(0);

interface JobKey {
  readonly jobId: string;
  readonly jobSecret: Uint8Array;
}

function isLast(answer: readonly OrchestratorFrame[]): boolean {
  const last = answer.at(-1)?.type;
  return last === 'result' || last === 'error';
}

function method<Req, Res>(
  name: string,
  request: Method<Req, Res>['request'],
  response: Method<Req, Res>['response'],
  isLast?: (answer: Res) => boolean,
): Method<Req, Res> {
  return { path: `/${ORCHESTRATOR_SERVICE}/${name}`, request, response, isLast };
}

/** Every method of `byoc.orchestrator.v1.OrchestratorService` with its codecs. */
export const orchestratorMethods = {
  getInfo: method<undefined, OrchestratorInfo>(
    'GetInfo',
    createCodec(
      wire.GetInfoRequest,
      () => ({}),
      () => undefined,
    ),
    createCodec(
      wire.GetInfoResponse,
      (info: OrchestratorInfo) => ({ ...info, protocols: [...info.protocols] }),
      (message): OrchestratorInfo => message,
    ),
  ),
  listOffers: method<{ capability: string }, readonly Offer[]>(
    'ListOffers',
    createCodec(wire.ListOffersRequest, asIs, asIs),
    createCodec(
      wire.ListOffersResponse,
      (offers: readonly Offer[]) => ({ offers: offers.map(encodeOffer) }),
      (message, context) => message.offers.map((offer) => decodeOffer(offer, context)),
    ),
  ),
  watchOffers: method<{ capability: string }, OffersChange>(
    'WatchOffers',
    createCodec(wire.WatchOffersRequest, asIs, asIs),
    createCodec(
      wire.WatchOffersResponse,
      (change: OffersChange) => ({
        snapshot: change.snapshot,
        upserted: change.upserted.map(encodeOffer),
        removedOfferIds: [...change.removedOfferIds],
      }),
      (message, context) => ({ ...message, upserted: message.upserted.map((offer) => decodeOffer(offer, context)) }),
    ),
  ),
  getQuote: method<QuoteRequest, QuoteResponse>(
    'GetQuote',
    createCodec(wire.GetQuoteRequest, asIs, asIs),
    createCodec(wire.GetQuoteResponse, asIs, asIs),
  ),
  runJob: method<GatewayFrame, readonly OrchestratorFrame[]>(
    'RunJob',
    createCodec(wire.RunJobRequest, encodeGatewayFrame, decodeGatewayFrame),
    createCodec(wire.RunJobResponse, frames.toMessage, frames.fromMessage, splitFrames),
    isLast,
  ),
  attachJob: method<JobKey & { readonly afterSequence: number }, readonly OrchestratorFrame[]>(
    'AttachJob',
    createCodec(
      wire.AttachJobRequest,
      (request: JobKey & { readonly afterSequence: number }) => ({
        ...request,
        afterSequence: BigInt(request.afterSequence),
      }),
      (message, context) => ({
        ...message,
        afterSequence: readCount(message.afterSequence, 'after_sequence', context),
      }),
    ),
    createCodec(wire.AttachJobResponse, frames.toMessage, frames.fromMessage, splitFrames),
    isLast,
  ),
  payJob: method<JobKey & { readonly data: Uint8Array }, { taken: boolean }>(
    'PayJob',
    createCodec(wire.PayJobRequest, asIs, asIs),
    createCodec(wire.PayJobResponse, asIs, asIs),
  ),
  cancelJob: method<JobKey & { readonly reason: string }, { cancelled: boolean }>(
    'CancelJob',
    createCodec(wire.CancelJobRequest, asIs, asIs),
    createCodec(wire.CancelJobResponse, asIs, asIs),
  ),
  getReceipt: method<JobKey, ReceiptBytes & { endedAt: number }>(
    'GetReceipt',
    createCodec(wire.GetReceiptRequest, asIs, asIs),
    createCodec(
      wire.GetReceiptResponse,
      ({ endedAt, receiptJson, signature }: ReceiptBytes & { endedAt: number }) => ({
        receipt: { receiptJson, signature },
        endedAt: encodeTimestamp(endedAt),
      }),
      (message, context) => ({
        receiptJson: message.receipt?.receiptJson ?? EMPTY,
        signature: message.receipt?.signature ?? EMPTY,
        endedAt: decodeTimestamp(message.endedAt, context),
      }),
    ),
  ),
} as const;
