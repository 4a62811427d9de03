import { ByocError } from '../../errors/byoc-error.ts';
import { identityStatement } from './identity-statement.ts';
import { recoverAddress } from './recover-address.ts';

/** What an orchestrator claims, and what was seen of it. */
export interface IdentityClaim {
  /** For error texts. */
  readonly url: string;
  /** The address it claims. */
  readonly address: string;
  readonly signature: Uint8Array;
  /** The certificate it names. */
  readonly certificateSha256: string;
  /** The certificate it showed in the TLS handshake. */
  readonly shownCertificateSha256: string;
  /** The address it must have; any when absent. */
  readonly expectedAddress?: string | undefined;
}

/**
 * Checks that the claimed ETH address signed for the certificate that was shown.
 *
 * @throws ByocError IDENTITY_INVALID, IDENTITY_MISMATCH
 */
export function verifyIdentityStatement(claim: IdentityClaim): void {
  const invalid = (reason: string) => new ByocError('IDENTITY_INVALID', { address: claim.url, reason });
  if (!/^0x[0-9a-fA-F]{40}$/.test(claim.address)) throw invalid('it names no ETH address');
  if (claim.certificateSha256.toLowerCase() !== claim.shownCertificateSha256.toLowerCase())
    throw invalid('it names another certificate than the one it shows');
  const signer = recoverAddress(identityStatement(claim.address, claim.shownCertificateSha256), claim.signature);
  if (signer === undefined || signer.toLowerCase() !== claim.address.toLowerCase())
    throw invalid(`the statement is not signed by ${claim.address}`);
  if (claim.expectedAddress !== undefined && claim.expectedAddress.toLowerCase() !== signer.toLowerCase())
    throw new ByocError('IDENTITY_MISMATCH', { address: claim.url, expected: claim.expectedAddress, actual: signer });
}
