import { bytesToHex } from '@noble/hashes/utils.js';
import { createPortableEngine } from '../../payment/keys/create-portable-engine.ts';
import { checksumAddress } from '../../payment/keys/ethereum-address.ts';
import { personalMessageHash } from '../../payment/keys/personal-message-hash.ts';
import { recoverSigner } from '../../payment/keys/recover-signer.ts';

/** The address whose key signed a text (EIP-191), or undefined when the signature is not valid. Never throws. */
export function recoverAddress(text: string, signature: Uint8Array): string | undefined {
  const engine = createPortableEngine();
  const signer = recoverSigner(engine, personalMessageHash(engine.keccak256, text), signature);
  return 'address' in signer ? checksumAddress(bytesToHex(signer.address)) : undefined;
}
