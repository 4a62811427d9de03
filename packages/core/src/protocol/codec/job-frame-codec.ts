import { assertNever } from '../../primitives/assert-never.ts';
import { isPartName } from '../../primitives/part-name.ts';
import { fromStatus } from '../errors/from-status.ts';
import { toStatus } from '../errors/to-status.ts';
import { type JobFrame, type JobFrameBody, JSON_BYTES_MAX, type OutputPart } from '../frames.ts';
import type { OutputPart as GenOutputPart, JobFrame as Message } from '../gen/byoc/job/v1/job.ts';
import { decodeChunk, encodeChunk } from './caller-frame-codec.ts';
import { checkSize } from './check-size.ts';
import { malformed } from './malformed.ts';
import { decodeProgress, encodeProgress } from './progress-codec.ts';
import { readCount } from './read-count.ts';
import { decodeUsage, encodeUsage } from './usage-codec.ts';
import type { WireContext } from './wire-context.ts';

/** Writes a frame of a job. */
export function encodeJobFrame(frame: JobFrame): Message {
  return { sequence: BigInt(frame.sequence), frame: encodeBody(frame) };
}

/** Reads a frame of a job. Throws FRAME_MALFORMED or FRAME_TOO_LARGE. */
export function decodeJobFrame(message: Message, context: WireContext): JobFrame {
  const sequence = readCount(message.sequence, 'sequence', context);
  return { sequence, ...decodeBody(message, context) };
}

function encodeBody(frame: JobFrameBody): NonNullable<Message['frame']> {
  switch (frame.type) {
    case 'accepted':
      return { $case: 'accepted', value: { capability: frame.capability } };
    case 'progress':
      return { $case: 'progress', value: encodeProgress(frame.progress) };
    case 'event':
      return { $case: 'event', value: { eventJson: checkSize(frame.eventJson, JSON_BYTES_MAX, { jobId: '' }) } };
    case 'chunk':
      return { $case: 'chunk', value: encodeChunk(frame) };
    case 'usage':
      return { $case: 'usage', value: encodeUsage(frame.usage) };
    case 'result':
      return {
        $case: 'result',
        value: {
          outputJson: checkSize(frame.outputJson, JSON_BYTES_MAX, { jobId: '' }),
          usage: encodeUsage(frame.usage),
          parts: frame.parts.map((part) => ({ ...part, sizeBytes: BigInt(part.sizeBytes) })),
        },
      };
    case 'error':
      return { $case: 'error', value: toStatus(frame.error) };
    default:
      return assertNever(frame);
  }
}

function decodeBody(message: Message, context: WireContext): JobFrameBody {
  const frame = message.frame;
  if (frame === undefined) throw malformed(context, 'it holds no frame that this version knows');
  switch (frame.$case) {
    case 'accepted':
      return { type: 'accepted', capability: frame.value.capability };
    case 'progress':
      return { type: 'progress', progress: decodeProgress(frame.value, context) };
    case 'event':
      return { type: 'event', eventJson: checkSize(frame.value.eventJson, JSON_BYTES_MAX, context) };
    case 'chunk':
      return decodeChunk(frame.value, context);
    case 'usage':
      return { type: 'usage', usage: decodeUsage(frame.value) };
    case 'result':
      return {
        type: 'result',
        outputJson: checkSize(frame.value.outputJson, JSON_BYTES_MAX, context),
        usage: decodeUsage(frame.value.usage),
        parts: frame.value.parts.map((part) => decodeOutputPart(part, context)),
      };
    case 'error':
      return { type: 'error', error: fromStatus(frame.value, context.peer) };
    default:
      return assertNever(frame);
  }
}

function decodeOutputPart(part: GenOutputPart, context: WireContext): OutputPart {
  if (!isPartName(part.name)) throw malformed(context, 'an output part has an unsafe name');
  return { ...part, sizeBytes: readCount(part.sizeBytes, 'size_bytes', context) };
}
