/** What to do about a segment that came, or did not. */
export type OrderStep<T> =
  | { readonly type: 'ready'; readonly sequence: number; readonly item: T; readonly reordered: boolean }
  | { readonly type: 'missing'; readonly from: number; readonly to: number }
  | { readonly type: 'late' | 'repeated'; readonly sequence: number };

/** Puts segments in order. */
export interface SegmentOrder<T> {
  push(sequence: number, item: T): readonly OrderStep<T>[];
  /** Nothing more comes: what is held goes on, with what is missing. */
  flush(): readonly OrderStep<T>[];
}

/** Handed out numbers that are remembered, to tell a repeated segment from a late one. */
const REMEMBERED = 1024;

/**
 * Makes an order that starts with the first segment that comes. A segment that is not there is waited for until `hold` later ones are;
 * then it is missing, and late when it comes after all.
 */
export function createSegmentOrder<T>({ hold }: { hold: number }): SegmentOrder<T> {
  const held = new Map<number, { item: T; reordered: boolean }>();
  const done = new Set<number>();
  let next: number | undefined;
  let highest = -1;

  function take(steps: OrderStep<T>[], most: number): void {
    for (;;) {
      const entry = next === undefined ? undefined : held.get(next);
      if (next !== undefined && entry !== undefined) {
        held.delete(next);
        done.add(next);
        if (done.size > REMEMBERED) done.delete(done.values().next().value ?? 0);
        steps.push({ type: 'ready', sequence: next, ...entry });
        next += 1;
      } else if (held.size > most && next !== undefined) {
        const first = Math.min(...held.keys());
        steps.push({ type: 'missing', from: next, to: first - 1 });
        next = first;
      } else return;
    }
  }

  return {
    push(sequence, item) {
      next ??= sequence;
      if (done.has(sequence) || held.has(sequence)) return [{ type: 'repeated', sequence }];
      if (sequence < next) return [{ type: 'late', sequence }];
      held.set(sequence, { item, reordered: sequence < highest });
      highest = Math.max(highest, sequence);
      const steps: OrderStep<T>[] = [];
      take(steps, hold);
      return steps;
    },
    flush() {
      const steps: OrderStep<T>[] = [];
      take(steps, 0);
      return steps;
    },
  };
}
