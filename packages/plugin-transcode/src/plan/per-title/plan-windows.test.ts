import { expect, it } from 'vitest';
import { planWindows } from './plan-windows.ts';

it('spreads windows over a source, inside it and inside a clip', () => {
  expect([planWindows(60), planWindows(60, 100), planWindows(4), planWindows(undefined)]).toEqual([
    [9, 29, 49].map((startSeconds) => ({ startSeconds, durationSeconds: 2 })),
    [109, 129, 149].map((startSeconds) => ({ startSeconds, durationSeconds: 2 })),
    [{ startSeconds: 0, durationSeconds: 4 }],
    [{ startSeconds: 0, durationSeconds: 6 }],
  ]);
});
