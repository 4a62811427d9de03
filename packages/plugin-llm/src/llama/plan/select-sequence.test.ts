import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SequenceState, selectSequence } from './select-sequence.ts';

const held = (caller: string | undefined, tokens: number, shared: number, usedAt = 0, busy = false): SequenceState => ({
  ...{ caller, tokens, shared, usedAt, busy },
});

describe('selectSequence', () => {
  it('goes on where the same caller left off', () => {
    const states = [held('a', 0, 0), held('b', 100, 90), held('c', 100, 100)];
    expect(selectSequence(states, 'b')).toEqual({ index: 1, keepsTokens: true });
  });

  it('starts another conversation of a caller in an empty place', () => {
    expect(selectSequence([held('a', 100, 10), held(undefined, 0, 0)], 'a')).toEqual({ index: 1, keepsTokens: false });
    expect(selectSequence([held('a', 100, 10)], 'a')).toEqual({ index: 0, keepsTokens: true });
  });

  it('takes the place that was not used for longest when none is empty', () => {
    expect(selectSequence([held('a', 9, 9, 2), held('b', 9, 9, 1)], 'c')).toEqual({ index: 1, keepsTokens: false });
  });

  it('has none when all are busy', () => {
    expect(selectSequence([held('a', 9, 9, 2, true)], 'a')).toBeUndefined();
  });

  it('never keeps what another caller left, and never takes a busy place', () => {
    const caller = fc.option(fc.constantFrom('a', 'b'), { nil: undefined });
    const state = fc.record({ caller, tokens: fc.nat(50), shared: fc.nat(50), usedAt: fc.nat(50), busy: fc.boolean() });
    fc.assert(
      fc.property(fc.array(state), caller, (states, asks) => {
        const chosen = selectSequence(states, asks);
        if (chosen === undefined) {
          expect(states.every(({ busy }) => busy)).toBe(true);
          return;
        }
        const found = states[chosen.index];
        expect(found?.busy).toBe(false);
        if (chosen.keepsTokens) expect([asks, found?.caller]).toEqual([found?.caller ?? 'nobody', asks]);
      }),
    );
  });
});
