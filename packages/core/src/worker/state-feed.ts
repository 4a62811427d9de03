import type { Clock } from '../primitives/clock.ts';
import type { WorkerPhase, WorkerState } from '../protocol/worker-service.ts';
import { isServingPhase } from './is-serving-phase.ts';

/** Slots that come and go are told at most this often: a small job must not cost two more messages. */
const SLOTS_TOLD_EVERY_MS = 50;

/** Tells watchers the state of a worker: now, then every change; of changes that come together only the last. */
export class StateFeed {
  readonly #read: () => WorkerState;
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();

  constructor(read: () => WorkerState, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** How many watch. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** The state has changed. */
  changed(): void {
    for (const onChange of this.#watchers) onChange();
  }

  /** Watches until the signal is aborted. */
  async *watch(signal: AbortSignal): AsyncGenerator<WorkerState, void, undefined> {
    let changed = true;
    let wake = () => {};
    const onChange = () => {
      changed = true;
      wake();
    };
    this.#watchers.add(onChange);
    signal.addEventListener('abort', onChange, { once: true });
    let told: { readonly phase: WorkerPhase; readonly at: number } | undefined;
    try {
      while (!signal.aborted) {
        if (changed) {
          if (told !== undefined && isServingPhase(told.phase)) {
            const hurry = new AbortController();
            wake = () => {
              if (signal.aborted || !isServingPhase(this.#read().phase)) hurry.abort(null);
            };
            wake();
            const pauseMs = told.at + SLOTS_TOLD_EVERY_MS - this.#clock.now();
            if (pauseMs > 0) await this.#clock.sleep(pauseMs, { signal: hurry.signal, unref: true }).catch(() => {});
            if (signal.aborted) return;
          }
          changed = false;
          const state = this.#read();
          told = { phase: state.phase, at: this.#clock.now() };
          yield state;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(onChange);
      signal.removeEventListener('abort', onChange);
    }
  }
}
