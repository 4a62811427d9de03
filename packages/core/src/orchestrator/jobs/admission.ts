/** What happens to a job that asks for a slot. */
export type AdmissionAnswer =
  | { readonly type: 'start' }
  | { readonly type: 'wait'; readonly position: number }
  | { readonly type: 'refuse'; readonly waiting: number };

/** Jobs of one plugin: who runs, who waits. It knows no time and does no work: callers act on its answers. */
export interface Admission {
  readonly slots: number;
  readonly running: number;
  readonly waiting: number;
  readonly queueFree: number;
  /** Asks for a slot. A job may ask once. */
  enter(jobId: string, caller: string): AdmissionAnswer;
  /** Gives up a slot or a place in the queue. Returns the jobs that start now. */
  leave(jobId: string): readonly string[];
  /** Changes the number of slots. Returns the jobs that start now. Running jobs keep theirs. */
  setSlots(slots: number): readonly string[];
  /** Waiting jobs in the order in which they will start. */
  order(): readonly string[];
}

/**
 * Creates the admission of one plugin: never more than `slots` start, never more than `queueLimit` wait, first come
 * first served within a caller, and round-robin over callers, so that one caller with many jobs can't starve another.
 */
export function createAdmission(options: { slots: number; queueLimit: number }): Admission {
  let { slots } = options;
  const running = new Set<string>();
  /** Callers in the order of their next turn; a Map keeps insertion order. */
  const queues = new Map<string, Set<string>>();
  const callerOf = new Map<string, string>();

  const startNext = (): string[] => {
    const started: string[] = [];
    while (running.size < slots) {
      const [next] = queues;
      if (next === undefined) break;
      const [caller, queue] = next;
      const [jobId] = queue as Set<string> & Iterable<string>;
      if (jobId === undefined) break;
      queue.delete(jobId);
      callerOf.delete(jobId);
      // The caller's next turn comes after everyone else's.
      queues.delete(caller);
      if (queue.size > 0) queues.set(caller, queue);
      running.add(jobId);
      started.push(jobId);
    }
    return started;
  };

  const order = (): string[] => {
    const left = [...queues.values()].map((queue) => [...queue]);
    const jobs: string[] = [];
    for (let turn = 0; jobs.length < callerOf.size; turn++)
      for (const queue of left) if (queue[turn] !== undefined) jobs.push(queue[turn] as string);
    return jobs;
  };

  return {
    get slots() {
      return slots;
    },
    get running() {
      return running.size;
    },
    get waiting() {
      return callerOf.size;
    },
    get queueFree() {
      return Math.max(0, options.queueLimit - callerOf.size);
    },
    enter(jobId, caller) {
      if (running.size < slots && callerOf.size === 0) {
        running.add(jobId);
        return { type: 'start' };
      }
      if (callerOf.size >= options.queueLimit) return { type: 'refuse', waiting: callerOf.size };
      const queue = queues.get(caller) ?? new Set();
      queue.add(jobId);
      queues.set(caller, queue);
      callerOf.set(jobId, caller);
      // Exact for a single caller; with several, the turns of others may change it.
      return { type: 'wait', position: callerOf.size };
    },
    leave(jobId) {
      const caller = callerOf.get(jobId);
      if (caller !== undefined) {
        callerOf.delete(jobId);
        const queue = queues.get(caller);
        queue?.delete(jobId);
        if (queue?.size === 0) queues.delete(caller);
        return [];
      }
      return running.delete(jobId) ? startNext() : [];
    },
    setSlots(count) {
      slots = Math.max(0, count);
      return startNext();
    },
    order,
  };
}
