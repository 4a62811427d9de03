import { encodeCallerFrame } from '../codec/caller-frame-codec.ts';
import type { CallerFrame } from '../frames.ts';
import type { CallerFrame as Message } from '../gen/byoc/job/v1/job.ts';
import { RunJobRequest } from '../gen/byoc/worker/v1/worker.ts';

/** A frame that a well-behaved caller would not send. */
export type UnlawfulFrame =
  /** A message without a frame. */
  | { readonly type: 'empty' }
  /** `open` without a deadline. */
  | (Omit<Extract<CallerFrame, { type: 'open' }>, 'type' | 'deadline'> & { readonly type: 'open-without-deadline' })
  /** A chunk or an input of any size. */
  | { readonly type: 'unchecked'; readonly frame: CallerFrame };

/** Writes a message of RunJob, lawful or not. */
export function writeProbeFrame(frame: CallerFrame | UnlawfulFrame): Uint8Array {
  return RunJobRequest.encode({ frame: toMessage(frame) }).finish();
}

function toMessage(frame: CallerFrame | UnlawfulFrame): Message | undefined {
  switch (frame.type) {
    case 'empty':
      return { frame: undefined };
    case 'open-without-deadline': {
      const opened = encodeCallerFrame({ ...frame, type: 'open', deadline: 0 }).frame;
      if (opened?.$case !== 'open') return undefined;
      return { frame: { $case: 'open', value: { ...opened.value, deadline: undefined } } };
    }
    case 'unchecked':
      return unchecked(frame.frame);
    default:
      return encodeCallerFrame(frame);
  }
}

function unchecked(frame: CallerFrame): Message {
  if (frame.type === 'chunk') return { frame: { $case: 'chunk', value: frame } };
  if (frame.type !== 'open') return encodeCallerFrame(frame);
  const opened = encodeCallerFrame({ ...frame, inputJson: new Uint8Array() }).frame;
  if (opened?.$case !== 'open') return { frame: opened };
  return { frame: { $case: 'open', value: { ...opened.value, inputJson: frame.inputJson } } };
}
