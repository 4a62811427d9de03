import { assertNever } from '../../primitives/assert-never.ts';
import { isJobId } from '../../primitives/job-id.ts';
import { isPartName } from '../../primitives/part-name.ts';
import {
  type CallerFrame,
  CHUNK_BYTES_MAX,
  type ChunkFrame,
  JSON_BYTES_MAX,
  type OpenFrame,
  SESSION_CHARACTERS_MAX,
} from '../frames.ts';
import { DisconnectPolicy, type JobOpen, type CallerFrame as Message, type PartChunk } from '../gen/byoc/job/v1/job.ts';
import { checkSize } from './check-size.ts';
import { malformed } from './malformed.ts';
import { readCount } from './read-count.ts';
import { decodeTimestamp, encodeTimestamp } from './timestamp-codec.ts';
import type { WireContext } from './wire-context.ts';

/** Writes a caller's frame. */
export function encodeCallerFrame(frame: CallerFrame): Message {
  switch (frame.type) {
    case 'open':
      return { frame: { $case: 'open', value: encodeOpen(frame) } };
    case 'chunk':
      return { frame: { $case: 'chunk', value: encodeChunk(frame) } };
    case 'update':
      return {
        frame: { $case: 'update', value: { paramsJson: checkSize(frame.paramsJson, JSON_BYTES_MAX, { jobId: '' }) } },
      };
    case 'end':
      return { frame: { $case: 'end', value: {} } };
    default:
      return assertNever(frame);
  }
}

/** Reads a caller's frame. Throws FRAME_MALFORMED or FRAME_TOO_LARGE. */
export function decodeCallerFrame(message: Message | undefined, context: WireContext): CallerFrame {
  const frame = message?.frame;
  if (frame === undefined) throw malformed(context, 'it holds no frame that this version knows');
  switch (frame.$case) {
    case 'open':
      return decodeOpen(frame.value, context);
    case 'chunk':
      return decodeChunk(frame.value, context);
    case 'update':
      return { type: 'update', paramsJson: checkSize(frame.value.paramsJson, JSON_BYTES_MAX, context) };
    case 'end':
      return { type: 'end' };
    default:
      return assertNever(frame);
  }
}

/** Writes the opening of a job. */
export function encodeOpen(frame: OpenFrame): JobOpen {
  return {
    jobId: frame.jobId,
    capability: frame.capability,
    inputJson: checkSize(frame.inputJson, JSON_BYTES_MAX, frame),
    deadline: encodeTimestamp(frame.deadline),
    traceparent: frame.traceparent,
    onDisconnect: frame.onDisconnect === 'continue' ? DisconnectPolicy.CONTINUE : DisconnectPolicy.CANCEL,
    stagedParts: frame.stagedParts.map((part) => ({ ...part, sizeBytes: BigInt(part.sizeBytes) })),
    session: frame.session ?? '',
  };
}

/** Reads the opening of a job. */
export function decodeOpen(message: JobOpen, { peer }: WireContext): OpenFrame {
  const context = { jobId: message.jobId, peer };
  if (!isJobId(message.jobId)) throw malformed({ jobId: '' }, 'the job id is not 8 to 64 of [A-Za-z0-9_-]');
  if (message.deadline === undefined) throw malformed(context, 'it has no deadline');
  return {
    type: 'open',
    jobId: message.jobId,
    capability: message.capability,
    inputJson: checkSize(message.inputJson, JSON_BYTES_MAX, context),
    deadline: decodeTimestamp(message.deadline, context),
    traceparent: message.traceparent,
    onDisconnect: message.onDisconnect === DisconnectPolicy.CONTINUE ? 'continue' : 'cancel',
    stagedParts: message.stagedParts.map((part) => {
      if (!isPartName(part.file)) throw malformed(context, 'a staged part has an unsafe file name');
      return {
        name: part.name,
        uri: part.uri,
        file: part.file,
        sizeBytes: readCount(part.sizeBytes, 'size_bytes', context),
        mediaType: part.mediaType,
      };
    }),
    ...(message.session === '' ? {} : { session: checkSession(message.session, context) }),
  };
}

/** Writes a piece of a part. */
export function encodeChunk(frame: ChunkFrame, jobId = ''): PartChunk {
  return { part: frame.part, data: checkSize(frame.data, CHUNK_BYTES_MAX, { jobId }), last: frame.last };
}

/** Reads a piece of a part. */
export function decodeChunk(message: PartChunk, context: WireContext): ChunkFrame {
  if (!isPartName(message.part)) throw malformed(context, 'a chunk has an unsafe part name');
  return {
    type: 'chunk',
    part: message.part,
    data: checkSize(message.data, CHUNK_BYTES_MAX, context),
    last: message.last,
  };
}

function checkSession(session: string, context: WireContext & { jobId: string }): string {
  if (session.length > SESSION_CHARACTERS_MAX)
    throw malformed(context, `the session has more than ${SESSION_CHARACTERS_MAX} characters`);
  return session;
}
