import type { CallerFrame, GatewayFrame, OpenFrame } from '../../protocol/frames.ts';

/** A caller's frames on their way to a worker: pulled one by one, so that a slow worker slows the caller. */
export interface CallerSource {
  /** The frames, after `open`. A second call goes on where the first stopped. */
  frames(open: OpenFrame): AsyncIterable<CallerFrame>;
  /** Frames handed out, without `open`. */
  readonly handedOut: number;
  /** The caller is gone, or nobody wants more. */
  stop(): void;
}

/** Creates the source over what is left of a gateway's stream. `onPayment` takes the payment frames on the way. */
export function createCallerSource(
  iterator: AsyncIterator<GatewayFrame>,
  options: { onPayment(data: Uint8Array): Promise<void> },
): CallerSource {
  let pending: Promise<IteratorResult<GatewayFrame>> | undefined;
  let handedOut = 0;
  let stopped = false;
  let wake: (() => void) | undefined;
  const stop = () => {
    stopped = true;
    wake?.();
  };

  async function pull(left: () => boolean): Promise<CallerFrame | undefined> {
    for (;;) {
      if (stopped) return undefined;
      pending ??= iterator.next();
      // A caller that breaks off has no more to say; the job session hears of it by its signal.
      const current = pending;
      const result = await new Promise<IteratorResult<GatewayFrame> | undefined>((resolve) => {
        wake = () => resolve(undefined);
        current.then(resolve, wake);
      });
      if (left()) return undefined;
      pending = undefined;
      if (result === undefined || result.done === true) {
        stop();
        return undefined;
      }
      const frame = result.value;
      if (frame.type === 'payment') await options.onPayment(frame.data);
      else if (frame.type !== 'open-job') return frame;
    }
  }

  return {
    frames(open) {
      let first = true;
      let left = false;
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
