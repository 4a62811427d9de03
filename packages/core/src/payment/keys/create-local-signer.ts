import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ByocError } from '../../errors/byoc-error.ts';
import { createPortableEngine } from './create-portable-engine.ts';
import type { CryptoEngine } from './crypto-engine.ts';
import { ethereumAddress } from './ethereum-address.ts';
import type { Signer, SigningRequest } from './signer.ts';
import { signingDigest } from './signing-digest.ts';

/**
 * Creates a signer whose key is in this process. It keeps a copy of the key and overwrites it with zeros when it is closed.
 *
 * @param privateKey 32 bytes
 * @param options.engine a faster engine, of `loadCryptoEngine`. @default plain JavaScript
 * @throws ByocError KEY_INVALID
 * @example
 * const signer = createLocalSigner(createPrivateKey())
 * await signer.sign({ kind: 'message', message: 'hello' })
 */
export function createLocalSigner(
  privateKey: Uint8Array,
  { engine = createPortableEngine() }: { engine?: CryptoEngine | undefined } = {},
): Signer {
  if (!secp256k1.utils.isValidSecretKey(privateKey))
    throw new ByocError('KEY_INVALID', { reason: 'it is not 32 bytes between 1 and the order of secp256k1' });
  const key = Uint8Array.from(privateKey);
  let closed = false;
  const sign = (request: SigningRequest) => {
    if (closed) throw new ByocError('KEY_INVALID', { reason: 'its signer is closed' });
    const { compact, recovery } = engine.sign(signingDigest(engine, request), key);
    const signature = new Uint8Array(65);
    signature.set(compact);
    signature[64] = 27 + recovery;
    return signature;
  };
  return {
    address: ethereumAddress(secp256k1.getPublicKey(key, false)),
    sign: async (request) => sign(request),
    signAll: async (requests) => requests.map(sign),
    close() {
      closed = true;
      key.fill(0);
    },
  };
}
