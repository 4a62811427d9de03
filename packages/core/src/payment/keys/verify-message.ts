import { bytesToHex } from '@noble/hashes/utils.js';
import { createPortableEngine } from './create-portable-engine.ts';
import type { CryptoEngine } from './crypto-engine.ts';
import { personalMessageHash } from './personal-message-hash.ts';
import { recoverSigner } from './recover-signer.ts';

/** Who signed a text (EIP-191), as a lower-case ETH address; undefined when the signature is not valid. Never throws. */
export function verifyMessage(
  message: string,
  signature: Uint8Array,
  engine: CryptoEngine = createPortableEngine(),
): string | undefined {
  const signer = recoverSigner(engine, personalMessageHash(engine.keccak256, message), signature);
  return 'address' in signer ? `0x${bytesToHex(signer.address)}` : undefined;
}
