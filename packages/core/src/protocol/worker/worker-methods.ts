import type { Usage } from '../../payment/payment-provider.ts';
import { decodeCallerFrame, encodeCallerFrame } from '../codec/caller-frame-codec.ts';
import { createCodec } from '../codec/codec.ts';
import { decodeJobFrame, encodeJobFrame } from '../codec/job-frame-codec.ts';
import { decodeJsonObject, encodeJsonObject } from '../codec/json-object-codec.ts';
import { malformed } from '../codec/malformed.ts';
import { readCount } from '../codec/read-count.ts';
import { splitFrames } from '../codec/split-frames.ts';
import { decodeDuration, encodeDuration } from '../codec/timestamp-codec.ts';
import { decodeUsage, encodeUsage } from '../codec/usage-codec.ts';
import type { WireContext } from '../codec/wire-context.ts';
import type { CallerFrame, JobFrame } from '../frames.ts';
import * as wire from '../gen/byoc/worker/v1/worker.ts';
import type { Method } from '../grpc/method.ts';
import type { WorkerInfo, WorkerPhase, WorkerState } from '../worker-service.ts';

/** The name of the service. */
export const WORKER_SERVICE = 'byoc.worker.v1.WorkerService';

const PHASES: readonly WorkerPhase[] = ['starting', 'warming', 'ready', 'busy', 'draining', 'failed'];

function decodeState(message: wire.WatchStateResponse, context: WireContext): WorkerState {
  const phase = PHASES[message.phase - 1];
  if (phase === undefined) throw malformed(context, `the phase ${message.phase} is unknown`);
  return {
    phase,
    reason: message.reason,
    slotsTotal: message.slotsTotal,
    slotsFree: message.slotsFree,
    models: message.models,
    deviceMemoryBytes: readCount(message.deviceMemoryBytes, 'device_memory_bytes', context),
    details: decodeJsonObject(message.detailsJson, 'details_json', context),
  };
}

function encodeState(state: WorkerState): wire.WatchStateResponse {
  return {
    phase: (PHASES.indexOf(state.phase) + 1) as wire.WorkerPhase,
    reason: state.reason,
    slotsTotal: state.slotsTotal,
    slotsFree: state.slotsFree,
    models: [...state.models],
    deviceMemoryBytes: BigInt(state.deviceMemoryBytes),
    detailsJson: encodeJsonObject(state.details),
  };
}

const empty = { toMessage: () => ({}), fromMessage: () => undefined };
const frames = {
  toMessage: (value: readonly JobFrame[]) => ({ frames: value.map(encodeJobFrame) }),
  fromMessage: (message: wire.RunJobResponse, context: WireContext): readonly JobFrame[] =>
    message.frames.map((frame) => decodeJobFrame(frame, context)),
};

function isLast(answer: readonly JobFrame[]): boolean {
  const last = answer.at(-1)?.type;
  return last === 'result' || last === 'error';
}

function method<Req, Res>(
  name: string,
  request: Method<Req, Res>['request'],
  response: Method<Req, Res>['response'],
  isLast?: (answer: Res) => boolean,
): Method<Req, Res> {
  return { path: `/${WORKER_SERVICE}/${name}`, request, response, isLast };
}

/** Every method of `byoc.worker.v1.WorkerService` with its codecs. */
export const workerMethods = {
  getInfo: method<undefined, WorkerInfo>(
    'GetInfo',
    createCodec(wire.GetInfoRequest, empty.toMessage, empty.fromMessage),
    createCodec(
      wire.GetInfoResponse,
      (info: WorkerInfo) => ({ ...info, protocols: [...info.protocols], features: [...info.features] }),
      (message): WorkerInfo => message,
    ),
  ),
  getManifest: method<undefined, Uint8Array>(
    'GetManifest',
    createCodec(wire.GetManifestRequest, empty.toMessage, empty.fromMessage),
    createCodec(
      wire.GetManifestResponse,
      (manifestJson: Uint8Array) => ({ manifestJson }),
      (message) => message.manifestJson,
    ),
  ),
  watchState: method<undefined, WorkerState>(
    'WatchState',
    createCodec(wire.WatchStateRequest, empty.toMessage, empty.fromMessage),
    createCodec(wire.WatchStateResponse, encodeState, decodeState),
  ),
  estimateUsage: method<{ capability: string; inputJson: Uint8Array }, Usage>(
    'EstimateUsage',
    createCodec(
      wire.EstimateUsageRequest,
      (request) => request,
      (message) => message,
    ),
    createCodec(
      wire.EstimateUsageResponse,
      (usage: Usage) => ({ usage: encodeUsage(usage) }),
      (message) => decodeUsage(message.usage),
    ),
  ),
  runJob: method<CallerFrame, readonly JobFrame[]>(
    'RunJob',
    createCodec(
      wire.RunJobRequest,
      (frame: CallerFrame) => ({ frame: encodeCallerFrame(frame) }),
      (message, context) => decodeCallerFrame(message.frame, context),
    ),
    createCodec(wire.RunJobResponse, frames.toMessage, frames.fromMessage, splitFrames),
    isLast,
  ),
  attachJob: method<{ jobId: string; afterSequence: number }, readonly JobFrame[]>(
    'AttachJob',
    createCodec(
      wire.AttachJobRequest,
      (request: { jobId: string; afterSequence: number }) => ({
        jobId: request.jobId,
        afterSequence: BigInt(request.afterSequence),
      }),
      (message, context) => ({
        jobId: message.jobId,
        afterSequence: readCount(message.afterSequence, 'after_sequence', context),
      }),
    ),
    createCodec(wire.AttachJobResponse, frames.toMessage, frames.fromMessage, splitFrames),
    isLast,
  ),
  cancelJob: method<{ jobId: string; reason: string; graceMs: number }, { cancelled: boolean }>(
    'CancelJob',
    createCodec(
      wire.CancelJobRequest,
      (request: { jobId: string; reason: string; graceMs: number }) => ({
        jobId: request.jobId,
        reason: request.reason,
        grace: encodeDuration(request.graceMs),
      }),
      (message, context) => ({
        jobId: message.jobId,
        reason: message.reason,
        graceMs: decodeDuration(message.grace, context),
      }),
    ),
    createCodec(
      wire.CancelJobResponse,
      (response) => response,
      (message) => message,
    ),
  ),
  drain: method<{ graceMs: number }, undefined>(
    'Drain',
    createCodec(
      wire.DrainRequest,
      (request: { graceMs: number }) => ({ grace: encodeDuration(request.graceMs) }),
      (message, context) => ({ graceMs: decodeDuration(message.grace, context) }),
    ),
    createCodec(wire.DrainResponse, empty.toMessage, empty.fromMessage),
  ),
} as const;
