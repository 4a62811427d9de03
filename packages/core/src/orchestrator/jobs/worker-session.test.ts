import { expect, it } from 'vitest';
import { workerSession } from './worker-session.ts';

const salt = new Uint8Array([1]);
const key = (caller: string, session: string | undefined) => workerSession(salt, { caller, session });

it('is the same only for the same session of the same caller at the same orchestrator', () => {
  expect(key('10.0.0.1', 'mine')).toBe(key('10.0.0.1', 'mine'));
  const others = [key('10.0.0.2', 'mine'), key('10.0.0.1', 'yours'), key('10.0.0.1mine', ''), key('', '10.0.0.1mine')];
  others.push(workerSession(new Uint8Array([2]), { caller: '10.0.0.1', session: 'mine' }));
  expect(others).not.toContain(key('10.0.0.1', 'mine'));
});

it('tells the worker nothing of the session', () => {
  expect(key('10.0.0.1', 'mine')).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

it('is none for a caller that shares nothing', () => {
  expect(key('10.0.0.1', undefined)).toBeUndefined();
  expect(key('10.0.0.1', '')).toBeUndefined();
});
