import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { ByocError } from '../../errors/byoc-error.ts';

/** A server's TLS certificate. */
export interface FetchedCertificate {
  readonly pem: string;
  /** Lower-case hex of the DER's SHA-256. */
  readonly sha256: string;
}

/** Reads the certificate that a TLS server shows, without trusting it. Throws CONNECTION_FAILED. */
export function fetchCertificate(
  url: URL,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<FetchedCertificate> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port === '' ? 443 : url.port),
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const settle = (act: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const fail = (reason: string, cause?: unknown) =>
      settle(() => reject(new ByocError('CONNECTION_FAILED', { address: url.origin, reason }, { cause })));
    const onAbort = () => settle(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(10_000, () => fail('no answer to the TLS handshake within 10 s'));
    socket.on('error', (error) =>
      fail(error.message === '' ? String((error as { code?: string }).code) : error.message, error),
    );
    socket.on('close', () => fail('the connection was closed during the TLS handshake'));
    socket.on('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      if (raw === undefined) return fail('it shows no certificate');
      const body = raw
        .toString('base64')
        .replace(/(.{64})/g, '$1\n')
        .trimEnd();
      const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
      settle(() => resolve({ pem, sha256: createHash('sha256').update(raw).digest('hex') }));
    });
  });
}
