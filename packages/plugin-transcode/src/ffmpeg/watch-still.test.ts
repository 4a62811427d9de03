import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStill } from './watch-still.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(options: { talks: boolean; ticksOf: () => number | undefined }) {
  const onStill = vi.fn();
  return { onStill, watch: watchStill(1, { stillMs: 8000, onStill, ...options }) };
}

it('tells once of a program that neither works nor talks', () => {
  const { onStill } = watched({ talks: true, ticksOf: () => 7 });
  vi.advanceTimersByTime(7999);
  expect(onStill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(onStill).toHaveBeenCalledTimes(1);
});

it('leaves a program alone that works in silence', () => {
  let ticks = 0;
  const { onStill } = watched({ talks: true, ticksOf: () => Math.floor(ticks++ / 5) });
  vi.advanceTimersByTime(600_000);
  expect(onStill).not.toHaveBeenCalled();
});

it('leaves a program alone that talks and does not seem to work', () => {
  const { onStill, watch } = watched({ talks: true, ticksOf: () => 7 });
  for (let at = 0; at < 100; at += 1) {
    vi.advanceTimersByTime(6000);
    watch.touch();
  }
  expect(onStill).not.toHaveBeenCalled();
});

it('judges by what is said alone where the system does not tell the time of a process', () => {
  const mute = watched({ talks: false, ticksOf: () => undefined });
  const fallenSilent = watched({ talks: true, ticksOf: () => undefined });
  vi.advanceTimersByTime(600_000);
  expect(mute.onStill).not.toHaveBeenCalled();
  expect(fallenSilent.onStill).toHaveBeenCalledTimes(1);
});

it('ends with the program', () => {
  const { onStill, watch } = watched({ talks: true, ticksOf: () => 7 });
  watch.stop();
  vi.advanceTimersByTime(600_000);
  expect(onStill).not.toHaveBeenCalled();
});
