import type { OrchestratorFrame } from '../frames.ts';
import type { OrchestratorFrame as Message } from '../gen/byoc/orchestrator/v1/orchestrator.ts';
import { decodeJobFrame, encodeJobFrame } from './job-frame-codec.ts';
import { malformed } from './malformed.ts';
import { readAmount } from './read-amount.ts';
import type { WireContext } from './wire-context.ts';

/** Writes a frame from an orchestrator. */
export function encodeOrchestratorFrame(frame: OrchestratorFrame): Message {
  switch (frame.type) {
    case 'queued':
      return {
        frame: { $case: 'queued', value: { position: frame.position, awaitedParts: [...frame.awaitedParts] } },
      };
    case 'payment-required':
      return { frame: { $case: 'paymentRequired', value: { data: frame.data, coverWei: frame.coverWei.toString() } } };
    case 'receipt':
      return { frame: { $case: 'receipt', value: { receiptJson: frame.receiptJson, signature: frame.signature } } };
    default:
      return { frame: { $case: 'job', value: encodeJobFrame(frame) } };
  }
}

/** Reads a frame from an orchestrator. Throws FRAME_MALFORMED or FRAME_TOO_LARGE. */
export function decodeOrchestratorFrame(message: Message, context: WireContext): OrchestratorFrame {
  const frame = message.frame;
  switch (frame?.$case) {
    case 'job':
      return decodeJobFrame(frame.value, context);
    case 'queued':
      return { type: 'queued', position: frame.value.position, awaitedParts: frame.value.awaitedParts };
    case 'paymentRequired':
      return {
        type: 'payment-required',
        data: frame.value.data,
        coverWei: readAmount(frame.value.coverWei, 'cover_wei', context),
      };
    case 'receipt':
      return { type: 'receipt', receiptJson: frame.value.receiptJson, signature: frame.value.signature };
    default:
      throw malformed(context, 'it holds no frame that this version knows');
  }
}
