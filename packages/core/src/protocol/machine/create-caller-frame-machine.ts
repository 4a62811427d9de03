import { ByocError } from '../../errors/byoc-error.ts';
import type { CallerFrame } from '../frames.ts';
import { rememberName } from './remember-name.ts';

/** Checks the order of a caller's frames. */
export interface CallerFrameMachine {
  /** Throws FRAME_OUT_OF_ORDER when the frame may not come now; the state is unchanged then. */
  accept(frame: CallerFrame): void;
  readonly state: 'new' | 'open' | 'ended';
}

/** Makes the machine for one job: `open` first and once, no chunk of a part after its last, nothing after `end`. */
export function createCallerFrameMachine(options: { jobId?: string | undefined } = {}): CallerFrameMachine {
  let jobId = options.jobId ?? '';
  let state: CallerFrameMachine['state'] = 'new';
  const finished = new Set<string>();
  const refuse = (frame: CallerFrame, reason: string) =>
    new ByocError('FRAME_OUT_OF_ORDER', { jobId, frame: frame.type, reason });
  return {
    get state() {
      return state;
    },
    accept(frame) {
      if (state === 'ended') throw refuse(frame, 'the caller had sent `end`');
      if (frame.type === 'open') {
        if (state === 'open') throw refuse(frame, 'the job is open already');
        jobId = frame.jobId;
        state = 'open';
        return;
      }
      if (state === 'new') throw refuse(frame, '`open` must be first');
      if (frame.type === 'end') {
        state = 'ended';
      } else if (frame.type === 'chunk') {
        if (finished.has(frame.part)) throw refuse(frame, `part ${frame.part} had its last chunk`);
        if (frame.last) rememberName(finished, frame.part);
      }
    },
  };
}
