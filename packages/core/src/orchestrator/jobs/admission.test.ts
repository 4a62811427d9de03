import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

describe('createAdmission', () => {
  it('starts jobs while slots are free, then lets them wait, then refuses', () => {
    const admission = createAdmission({ slots: 1, queueLimit: 2 });
    expect(['a', 'b', 'c', 'd'].map((job) => admission.enter(job, 'x'))).toEqual([
      { type: 'start' },
      { type: 'wait', position: 1 },
      { type: 'wait', position: 2 },
      { type: 'refuse', waiting: 2 },
    ]);
    expect(admission).toMatchObject({ running: 1, waiting: 2, queueFree: 0 });
  });

  it('gives turns to callers one after the other', () => {
    const admission = createAdmission({ slots: 1, queueLimit: 10 });
    for (const [job, caller] of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1'].map((job) => [job, job[0] as string] as const))
      admission.enter(job as string, caller as string);
    const order = admission.order();
    expect(order).toEqual(['a2', 'b1', 'c1', 'a3', 'a4']);
    const started: string[] = [];
    for (let job: string | undefined = 'a1'; job !== undefined; [job] = admission.leave(job)) started.push(job);
    expect(started).toEqual(['a1', ...order]);
  });

  it('forgets a waiting job that leaves', () => {
    const admission = createAdmission({ slots: 1, queueLimit: 10 });
    for (const job of ['a', 'b', 'c']) admission.enter(job, 'x');
    expect(admission.leave('b')).toEqual([]);
    expect(admission.leave('a')).toEqual(['c']);
    expect(admission.leave('unknown')).toEqual([]);
  });

  it('starts waiting jobs when slots are added, and keeps running ones when slots go', () => {
    const admission = createAdmission({ slots: 0, queueLimit: 10 });
    for (const job of ['a', 'b', 'c']) admission.enter(job, 'x');
    expect(admission.setSlots(2)).toEqual(['a', 'b']);
    expect(admission.setSlots(1)).toEqual([]);
    expect(admission.running).toBe(2);
    expect(admission.leave('a')).toEqual([]);
    expect(admission.leave('b')).toEqual(['c']);
  });

  it('runs 1,000 jobs on 2 slots, each once', () => {
    const admission = createAdmission({ slots: 2, queueLimit: 1000 });
    const done: string[] = [];
    const running: string[] = [];
    for (let i = 0; i < 1000; i++)
      if (admission.enter(`job-${i}`, `caller-${i % 7}`).type === 'start') running.push(`job-${i}`);
    while (running.length > 0) {
      expect(running.length).toBeLessThanOrEqual(2);
      const job = running.shift() as string;
      done.push(job);
      running.push(...admission.leave(job));
    }
    expect(new Set(done).size).toBe(1000);
  });

  it('holds its bounds, its order and its fairness whatever happens', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('enter' as const), caller: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ type: fc.constant('end' as const), pick: fc.nat() }),
      fc.record({ type: fc.constant('drop' as const), pick: fc.nat() }),
      fc.record({ type: fc.constant('slots' as const), slots: fc.integer({ min: 0, max: 4 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0, max: 8 }), (steps, queueLimit) => {
        const admission = createAdmission({ slots: 2, queueLimit });
        let running: string[] = [];
        let waiting: string[] = [];
        let count = 0;
        const start = (jobs: readonly string[]) => {
          for (const job of jobs) {
            // First come first served within a caller.
            expect(waiting.find((other) => other[0] === job[0])).toBe(job);
            waiting = waiting.filter((other) => other !== job);
            running.push(job);
          }
          if (jobs.length > 0) expect(running.length).toBeLessThanOrEqual(admission.slots);
        };
        for (const one of steps) {
          if (one.type === 'enter') {
            const job = `${one.caller}${count++}`;
            const answer = admission.enter(job, one.caller);
            if (answer.type === 'start') {
              running.push(job);
              expect(running.length).toBeLessThanOrEqual(admission.slots);
            } else if (answer.type === 'wait') waiting.push(job);
            else expect(waiting.length).toBe(queueLimit);
          } else if (one.type === 'slots') start(admission.setSlots(one.slots));
          else {
            const from = one.type === 'end' ? running : waiting;
            const job = from[one.pick % Math.max(1, from.length)];
            if (job === undefined) continue;
            running = running.filter((other) => other !== job);
            if (one.type === 'drop') waiting = waiting.filter((other) => other !== job);
            start(admission.leave(job));
          }
          expect(admission.running).toBe(running.length);
          expect(admission.waiting).toBe(waiting.length);
          expect(waiting.length).toBeLessThanOrEqual(queueLimit);
          // Nobody waits while a slot is free.
          if (waiting.length > 0) expect(running.length).toBeGreaterThanOrEqual(admission.slots);
          expect([...admission.order()].sort()).toEqual([...waiting].sort());
          // No caller is starved: each has a job among the next as many as there are callers.
          const callers = new Set(waiting.map((job) => job[0]));
          expect(
            new Set(
              admission
                .order()
                .slice(0, callers.size)
                .map((job) => job[0]),
            ),
          ).toEqual(callers);
        }
      }),
    );
  });
});
