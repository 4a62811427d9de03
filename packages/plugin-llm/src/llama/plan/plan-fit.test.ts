import { expect, it } from 'vitest';
import { planFit } from './plan-fit.ts';

const bytesFor = (contextTokens: number) => ({ cpu: 1000 + contextTokens, gpu: 0 });
const plan = (free: number, wanted?: number) =>
  planFit({ trained: 4096, wanted, free: { cpu: free, gpu: 0 }, bytesFor });

it('takes the context that the model was trained for, where it fits', () => {
  expect(plan(10_000)).toEqual({ contextTokens: 4096, needed: { cpu: 5096, gpu: 0 }, fits: true });
});

it('halves the context until it fits', () => {
  expect(plan(2500)).toEqual({ contextTokens: 1024, needed: { cpu: 2024, gpu: 0 }, fits: true });
});

it('does not fit when 512 tokens are too many, or the tokens that were wanted', () => {
  expect(plan(1500)).toEqual({ contextTokens: 512, needed: { cpu: 1512, gpu: 0 }, fits: false });
  expect(plan(3000, 4096)).toEqual({ contextTokens: 4096, needed: { cpu: 5096, gpu: 0 }, fits: false });
});

it('takes what the model was trained for where more is wanted, and asks for no estimate of more', () => {
  const asked: number[] = [];
  const planned = planFit({
    ...{ trained: 4096, wanted: 100_000_000, free: { cpu: 10_000, gpu: 0 } },
    bytesFor(contextTokens) {
      asked.push(contextTokens);
      return bytesFor(contextTokens);
    },
  });
  expect([planned.contextTokens, planned.fits, asked]).toEqual([4096, true, [4096]]);
});
