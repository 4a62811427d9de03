import { ByocError } from '../../../errors/byoc-error.ts';

/** Whether a host name or address is this machine and no other. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Reads the address of a remote signer: https, or http to this very machine.
 *
 * @throws ByocError SIGNER_URL_INVALID
 */
export function checkSignerUrl(text: string): URL {
  const invalid = (reason: string) => new ByocError('SIGNER_URL_INVALID', { reason });
  if (!URL.canParse(text)) throw invalid('it is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(`it starts with \`${url.protocol}\``);
  if (url.username !== '' || url.password !== '') throw invalid('it holds a name or a password');
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw invalid(`without TLS, anybody between here and ${url.hostname} could read the token`);
  return url;
}
