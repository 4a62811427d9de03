const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/**
 * Tells whether a `Host` header names this server. A server on a loopback address answers to loopback names and to those it was
 * given: a page of the web that made its own name point here is not one of them. Any other server answers to everything, unless it
 * was given names.
 */
export function hostAllowed(header: string, options: { listening: string; hostNames: readonly string[] }): boolean {
  const { listening, hostNames } = options;
  const name = header.replace(/:\d+$/, '').toLowerCase();
  if (LOOPBACK.test(listening)) return LOOPBACK.test(name) || hostNames.includes(name);
  return hostNames.length === 0 || hostNames.includes(name);
}
