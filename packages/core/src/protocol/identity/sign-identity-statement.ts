import type { Signer } from '../../payment/keys/signer.ts';
import { identityStatement } from './identity-statement.ts';

/**
 * Signs the identity statement for a certificate: 65 bytes, r, s, v (27 or 28).
 *
 * @throws ByocError KEY_INVALID, SIGNER_*
 */
export function signIdentityStatement(
  signer: Signer,
  certificateSha256: string,
  options?: { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  return signer.sign({ kind: 'message', message: identityStatement(signer.address, certificateSha256) }, options);
}
