import { expect, it } from 'vitest';
import { isLoopbackPeer } from './is-loopback-peer.ts';

it.each([
  ['ipv4:127.0.0.1:5000', true],
  ['127.0.0.1:5000', true],
  ['ipv6:[::1]:5000', true],
  ['ipv6:[::ffff:127.0.0.1]:5000', true],
  ['127.0.0.1', true],
  ['ipv4:10.0.0.1:5000', false],
  ['unix:/run/x.sock', false],
  ['', false],
  [undefined, false],
])('knows whether %s is on this host: %s', (peer, expected) => {
  expect(isLoopbackPeer(peer)).toBe(expected);
});
