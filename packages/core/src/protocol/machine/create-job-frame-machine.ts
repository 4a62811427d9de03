import { ByocError } from '../../errors/byoc-error.ts';
import type { Usage } from '../../payment/payment-provider.ts';
import type { JobFrame } from '../frames.ts';
import { rememberName } from './remember-name.ts';

/** Checks the order of a job's frames. */
export interface JobFrameMachine {
  /** Throws FRAME_OUT_OF_ORDER or USAGE_DECREASED when the frame may not come now; the state is unchanged then. */
  accept(frame: JobFrame): void;
  readonly state: 'new' | 'running' | 'ended';
  /** The sequence number of the last frame. */
  readonly sequence: number;
  /** The highest total of each meter so far. */
  readonly usage: Usage;
}

/** Meters of a job at most: a worker may not grow our memory. */
const NAMES_MAX = 1000;

/**
 * Makes the machine for one job: `accepted` first, numbers without gaps, meters never fall, nothing after `result` or
 * `error`. A job may fail before it is accepted. `afterSequence`: the frames before were seen already (re-attach).
 */
export function createJobFrameMachine(
  options: { jobId?: string | undefined; afterSequence?: number | undefined; usage?: Usage | undefined } = {},
): JobFrameMachine {
  const jobId = options.jobId ?? '';
  let sequence = options.afterSequence ?? 0;
  let state: JobFrameMachine['state'] = sequence === 0 ? 'new' : 'running';
  let usage: Usage = options.usage ?? {};
  const finished = new Set<string>();
  const refuse = (frame: JobFrame, reason: string) =>
    new ByocError('FRAME_OUT_OF_ORDER', { jobId, frame: frame.type, reason });

  function raise(frame: JobFrame, next: Usage): Usage {
    for (const meter in next) {
      const before = usage[meter] ?? 0n;
      const total = next[meter] ?? 0n;
      if (total < before)
        throw new ByocError('USAGE_DECREASED', { jobId, meter, from: before.toString(), to: total.toString() });
    }
    const merged = { ...usage, ...next };
    if (Object.keys(merged).length > NAMES_MAX) throw refuse(frame, `a job has at most ${NAMES_MAX} meters`);
    return merged;
  }

  return {
    get state() {
      return state;
    },
    get sequence() {
      return sequence;
    },
    get usage() {
      return usage;
    },
    accept(frame) {
      if (state === 'ended') throw refuse(frame, 'the job had ended');
      if (frame.sequence !== sequence + 1)
        throw refuse(frame, `its number is ${frame.sequence}, ${sequence + 1} was due`);
      if (state === 'new' && frame.type !== 'accepted' && frame.type !== 'error')
        throw refuse(frame, '`accepted` must be first');
      if (state === 'running' && frame.type === 'accepted') throw refuse(frame, 'the job was accepted already');
      if (frame.type === 'chunk') {
        if (finished.has(frame.part)) throw refuse(frame, `part ${frame.part} had its last chunk`);
        if (frame.last) rememberName(finished, frame.part);
      } else if (frame.type === 'usage' || frame.type === 'result') {
        usage = raise(frame, frame.usage);
      }
      sequence = frame.sequence;
      state = frame.type === 'result' || frame.type === 'error' ? 'ended' : 'running';
    },
  };
}
