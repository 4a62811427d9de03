import { describe, expect, it } from 'vitest';
import { hostAllowed } from './host-allowed.ts';

describe('a server on a loopback address', () => {
  const local = { listening: '127.0.0.1', hostNames: ['box.lan'] };

  it.each(['localhost:8950', '127.0.0.1:8950', '127.0.0.1', '[::1]:8950', 'LOCALHOST', 'box.lan:8950'])(
    'answers to %s',
    (host) => {
      expect(hostAllowed(host, local)).toBe(true);
    },
  );

  it.each(['', 'evil.example', 'evil.example:8950', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'refuses the name %j',
    (host) => {
      expect(hostAllowed(host, local)).toBe(false);
    },
  );
});

it('answers to every name on another address, unless it was given names', () => {
  expect(hostAllowed('gateway.example', { listening: '0.0.0.0', hostNames: [] })).toBe(true);
  expect(hostAllowed('other.example', { listening: '0.0.0.0', hostNames: ['gateway.example'] })).toBe(false);
});
