import type { SignedQuote } from '../../payment/quote/signed-quote.ts';
import { isPartName } from '../../primitives/part-name.ts';
import type { GatewayFrame, OpenJobFrame, PartUpload } from '../frames.ts';
import type {
  RunJobRequest as Message,
  OpenJob,
  PaymentIntent,
  PartUpload as UploadMessage,
} from '../gen/byoc/orchestrator/v1/orchestrator.ts';
import { decodeCallerFrame, decodeOpen, encodeCallerFrame, encodeOpen } from './caller-frame-codec.ts';
import { malformed } from './malformed.ts';
import { readAmount } from './read-amount.ts';
import { readCount } from './read-count.ts';
import type { WireContext } from './wire-context.ts';

/** Bytes of a job secret at least. */
const SECRET_BYTES_MIN = 16;
const NOTHING = new Uint8Array(0);

/** Writes a frame to an orchestrator. */
export function encodeGatewayFrame(frame: GatewayFrame): Message {
  switch (frame.type) {
    case 'open-job':
      return { frame: { $case: 'open', value: encodeOpenJob(frame) } };
    case 'payment':
      return { frame: { $case: 'payment', value: { data: frame.data } } };
    default:
      return { frame: { $case: 'job', value: encodeCallerFrame(frame) } };
  }
}

/** Reads a frame to an orchestrator. Throws FRAME_MALFORMED or FRAME_TOO_LARGE. */
export function decodeGatewayFrame(message: Message, context: WireContext): GatewayFrame {
  const frame = message.frame;
  switch (frame?.$case) {
    case 'open':
      return decodeOpenJob(frame.value, context);
    case 'payment':
      return { type: 'payment', data: frame.value.data };
    case 'job': {
      const job = decodeCallerFrame(frame.value, context);
      if (job.type === 'open') throw malformed(context, 'a job frame may not be `open`');
      return job;
    }
    default:
      throw malformed(context, 'it holds no frame that this version knows');
  }
}

function encodeOpenJob(frame: OpenJobFrame): OpenJob {
  return {
    job: encodeOpen(frame.open),
    jobSecret: frame.jobSecret,
    contractDigest: frame.contractDigest,
    payment: {
      provider: frame.payment.provider,
      maxCostWei: frame.payment.maxCostWei.toString(),
      data: frame.payment.data,
      quoteJson: frame.payment.quote?.quoteJson ?? NOTHING,
      quoteSignature: frame.payment.quote?.signature ?? NOTHING,
      priceJson: frame.payment.priceJson ?? NOTHING,
      receipt: frame.payment.receipt ?? false,
    },
    uploads: frame.uploads.map((upload) => ({ ...upload, sizeBytes: BigInt(upload.sizeBytes) })),
  };
}

function decodeOpenJob(message: OpenJob, { peer }: WireContext): OpenJobFrame {
  if (message.job === undefined) throw malformed({ jobId: '' }, 'open has no job');
  const open = decodeOpen(message.job, { jobId: '', peer });
  const context = { jobId: open.jobId, peer };
  if (open.stagedParts.length > 0) throw malformed(context, 'staged_parts must be empty towards an orchestrator');
  if (message.jobSecret.length < SECRET_BYTES_MIN) throw malformed(context, 'job_secret has less than 16 bytes');
  if (message.payment === undefined) throw malformed(context, 'open has no payment');
  return {
    type: 'open-job',
    open,
    jobSecret: message.jobSecret,
    contractDigest: message.contractDigest,
    payment: {
      provider: message.payment.provider,
      maxCostWei: readAmount(message.payment.maxCostWei, 'max_cost_wei', context),
      data: message.payment.data,
      quote: decodeIntentQuote(message.payment),
      priceJson: message.payment.priceJson.length === 0 ? undefined : message.payment.priceJson,
      receipt: message.payment.receipt,
    },
    uploads: message.uploads.map((upload) => decodeUpload(upload, context)),
  };
}

function decodeIntentQuote({ quoteJson, quoteSignature: signature }: PaymentIntent): SignedQuote | undefined {
  return quoteJson.length === 0 ? undefined : { quoteJson, signature };
}

function decodeUpload(message: UploadMessage, context: WireContext): PartUpload {
  if (!isPartName(message.name)) throw malformed(context, 'an upload has an unsafe part name');
  if (message.inboxFile !== '' && !/^[0-9a-f]{32}$/.test(message.inboxFile))
    throw malformed(context, 'inbox_file is not 32 hex digits');
  if (message.sha256 !== '' && !/^[0-9a-f]{64}$/.test(message.sha256))
    throw malformed(context, 'sha256 is not 64 hex digits');
  return {
    name: message.name,
    sizeBytes: readCount(message.sizeBytes, 'size_bytes', context),
    mediaType: message.mediaType,
    inboxFile: message.inboxFile,
    sha256: message.sha256,
  };
}
