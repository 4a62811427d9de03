import ipaddr from 'ipaddr.js';

/** Says why an address must not be fetched from; undefined for a public one. IPv4 inside IPv6 is looked through. */
export function privateRangeOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an IP address';
  // `process` turns ::ffff:a.b.c.d into a.b.c.d.
  const parsed = ipaddr.process(address.split('%')[0] as string);
  const range = parsed.range();
  return range === 'unicast' ? undefined : range;
}
