import { expect, it } from 'vitest';
import { createNoise } from './create-noise.ts';

it('draws the same numbers from the same seed, on any machine', () => {
  expect([...createNoise(7)(4)].map((value) => value.toFixed(5))).toMatchInlineSnapshot(`
    [
      "-0.45845",
      "-1.56743",
      "0.30475",
      "0.91170",
    ]
  `);
});

it('tells seeds apart that differ in the low or the high bits', () => {
  const first = (seed: number) => createNoise(seed)(1)[0];
  expect(new Set([0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].map(first)).size).toBe(6);
});

it('is normal: its mean is 0, its variance 1, and neighbours are independent', () => {
  const noise = createNoise(3)(40_000);
  const mean = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0) / noise.length;
  expect(Math.abs(mean(noise))).toBeLessThan(0.02);
  expect(Math.abs(mean(noise.map((value) => value ** 2)) - 1)).toBeLessThan(0.03);
  expect(Math.abs(mean(noise.map((value) => value ** 4)) - 3)).toBeLessThan(0.2);
  expect(Math.abs(mean(noise.map((value, at) => value * (noise[at + 1] ?? 0))))).toBeLessThan(0.02);
});

it('goes on where it stopped', () => {
  const [whole, parts] = [createNoise(5), createNoise(5)];
  expect([...whole(7)]).toEqual([...parts(3), ...parts(4)]);
});
