import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSegmentOrder } from './segment-order.ts';

it('hands out each number once and in order, and names every one that it left out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1 }),
      fc.integer({ min: 0, max: 4 }),
      (came, hold) => {
        const order = createSegmentOrder<number>({ hold });
        const steps = [...came.flatMap((sequence) => order.push(sequence, sequence)), ...order.flush()];
        const told = steps.flatMap((step) => {
          if (step.type === 'ready') return [step.item];
          if (step.type === 'missing')
            return Array.from({ length: step.to - step.from + 1 }, (_, at) => step.from + at);
          return [];
        });
        expect(told).toEqual(Array.from({ length: told.length }, (_, at) => (came[0] ?? 0) + at));
        const ready = steps.filter(({ type }) => type === 'ready').length;
        const refused = steps.filter(({ type }) => type === 'late' || type === 'repeated').length;
        expect(ready + refused).toBe(came.length);
      },
    ),
  );
});

it('waits for a segment while few enough later ones are there', () => {
  const order = createSegmentOrder<string>({ hold: 1 });
  expect(order.push(7, 'a').map(({ type }) => type)).toEqual(['ready']);
  expect(order.push(9, 'c')).toEqual([]);
  expect(order.push(10, 'd').map(({ type }) => type)).toEqual(['missing', 'ready', 'ready']);
  expect(order.push(8, 'b')).toEqual([{ type: 'late', sequence: 8 }]);
});
