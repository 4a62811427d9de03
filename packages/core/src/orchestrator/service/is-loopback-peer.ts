import { privateRangeOf } from '../jobs/public-address.ts';

/** Tells whether a peer (`ipv4:127.0.0.1:5000`, `ipv6:[::1]:5000` or a bare address) is on this host. */
export function isLoopbackPeer(peer: string | undefined): boolean {
  if (peer === undefined) return false;
  const address = peer
    .replace(/^(ipv4|ipv6|dns):/, '')
    .replace(/^\[?(.*?)\]?:\d+$/, (_, host: string) => host)
    .replace(/[[\]]/g, '');
  return privateRangeOf(address) === 'loopback';
}
