import { assertNever } from '../../primitives/assert-never.ts';
import type { CryptoEngine } from './crypto-engine.ts';
import { personalMessageHash } from './personal-message-hash.ts';
import type { SigningRequest } from './signer.ts';
import { typedDataHash } from './typed-data-hash.ts';

/** The 32 bytes that the key signs for a request. Throws a RangeError for typed data that is none. */
export function signingDigest({ keccak256 }: Pick<CryptoEngine, 'keccak256'>, request: SigningRequest): Uint8Array {
  switch (request.kind) {
    case 'message':
      return personalMessageHash(keccak256, request.message);
    case 'typed-data':
      return typedDataHash(keccak256, request.data);
    case 'ticket':
      return personalMessageHash(keccak256, keccak256(request.ticket));
    case 'transaction':
      return keccak256(request.transaction);
    default:
      return assertNever(request);
  }
}
