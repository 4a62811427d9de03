import { X509Certificate } from 'node:crypto';

/** A self-signed certificate with its key. */
export interface TlsCertificate {
  readonly certificatePem: string;
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
  /** Lower-case hex of the DER's SHA-256. */
  readonly certificateSha256: string;
}

const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

/** Makes a self-signed certificate: EC P-256, 10 years. Trust comes from pinning it, so its names say nothing. */
export async function createTlsCertificate(options: { now?: number | undefined } = {}): Promise<TlsCertificate> {
  const now = options.now ?? Date.now();
  // Needed once in an orchestrator's life, and 10 MiB of memory.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'byoc-orchestrator' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A day of slack for clocks that go wrong.
    notBeforeDate: new Date(now - 24 * 60 * 60 * 1000),
    notAfterDate: new Date(now + TEN_YEARS_MS),
  });
  return {
    certificatePem: made.cert,
    privateKeyPem: made.private,
    certificateSha256: certificateSha256(made.cert),
  };
}

/** Lower-case hex of a PEM certificate's SHA-256. */
export function certificateSha256(certificatePem: string): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}
