import type { ByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { CallerFrame, GatewayFrame, OpenFrame } from '../../protocol/frames.ts';
import { createCallerFrameMachine } from '../../protocol/machine/create-caller-frame-machine.ts';

/** Frames read ahead of the worker. Payment must come through although a worker that waits for it reads nothing. */
const AHEAD_MAX = 8;

/** A caller's frames on their way to a worker: read few ahead, so that a slow worker slows the caller. */
export interface CallerSource {
  /** The frames, after `open`. A second call goes on where the first stopped. */
  frames(open: OpenFrame): AsyncIterable<CallerFrame>;
  /** Frames handed out, without `open`. */
  readonly handedOut: number;
  /** The caller is gone, or nobody wants more. */
  stop(): void;
}

/**
 * Creates the source over what is left of a gateway's stream. `onPayment` takes the payment frames on the way, one by one.
 * `onBroken` is told of a frame that may not come: the worker never sees it, so that it can't be blamed.
 */
export function createCallerSource(
  iterator: AsyncIterator<GatewayFrame>,
  options: { onPayment(data: Uint8Array): Promise<void>; onBroken(error: ByocError): void },
): CallerSource {
  const machine = createCallerFrameMachine();
  const ahead: Exclude<CallerFrame, OpenFrame>[] = [];
  let handedOut = 0;
  let reading = false;
  /** Nothing more is read. */
  let ended = false;
  let stopped = false;
  let wakeReader = () => {};
  let wakeWorker = () => {};
  const stop = () => {
    stopped = true;
    wakeReader();
    wakeWorker();
  };

  function mayCome(frame: Exclude<GatewayFrame, { type: 'payment' }>): frame is Exclude<CallerFrame, OpenFrame> {
    try {
      machine.accept(frame.type === 'open-job' ? frame.open : frame);
      return true;
    } catch (error) {
      options.onBroken(toByocError(error));
      return false;
    }
  }

  async function read(): Promise<void> {
    try {
      while (!stopped) {
        if (ahead.length >= AHEAD_MAX) await new Promise<void>((resolve) => (wakeReader = resolve));
        else {
          const { done, value: frame } = await iterator.next();
          if (done === true) break;
          if (frame.type === 'payment') await options.onPayment(frame.data);
          else if (!mayCome(frame)) break;
          else {
            ahead.push(frame);
            wakeWorker();
          }
        }
      }
    } catch {
      // A caller that breaks off has no more to say; the job session hears of it by its signal.
    }
    ended = true;
    wakeWorker();
  }

  async function pull(left: () => boolean): Promise<CallerFrame | undefined> {
    for (;;) {
      if (stopped || left()) return undefined;
      const frame = ahead.shift();
      if (frame !== undefined) {
        wakeReader();
        return frame;
      }
      if (ended) return undefined;
      await new Promise<void>((resolve) => (wakeWorker = resolve));
    }
  }

  return {
    frames(open) {
      let first = true;
      let left = false;
      if (!reading) {
        machine.accept(open);
        void read();
      }
      reading = true;
      return {
        [Symbol.asyncIterator]: () => ({
          async next() {
            if (left) return { done: true, value: undefined };
            if (first) {
              first = false;
              return { done: false, value: open };
            }
            const frame = await pull(() => left);
            if (frame === undefined) return { done: true, value: undefined };
            handedOut += 1;
            return { done: false, value: frame };
          },
          async return() {
            left = true;
            wakeWorker();
            return { done: true, value: undefined };
          },
        }),
      };
    },
    get handedOut() {
      return handedOut;
    },
    stop,
  };
}
