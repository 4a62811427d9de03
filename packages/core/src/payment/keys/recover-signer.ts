import type { CryptoEngine } from './crypto-engine.ts';

/** Half the order of secp256k1, as bytes. */
const HALF_ORDER = Uint8Array.from(
  '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'.match(/../g) ?? [],
  (hex) => Number.parseInt(hex, 16),
);

/** Why a signature is none, or the 20 bytes of the signer's address. */
export type RecoveredSigner = { readonly address: Uint8Array } | { readonly reason: SignatureFault };

/** What can be wrong with the form of a signature. */
export type SignatureFault = 'length' | 'recovery-value' | 'high-s' | 'no-key';

/**
 * Recovers who signed a digest. It takes only what the chain takes: 65 bytes, `v` 27 or 28, `s` in the lower half. Whoever takes
 * more holds winners that can't be redeemed, and gives the sender a second draw, because the draw hashes the signature's bytes.
 */
export function recoverSigner(engine: CryptoEngine, digest: Uint8Array, signature: Uint8Array): RecoveredSigner {
  if (signature.length !== 65) return { reason: 'length' };
  const recovery = (signature[64] as number) - 27;
  if (recovery !== 0 && recovery !== 1) return { reason: 'recovery-value' };
  if (isHighS(signature)) return { reason: 'high-s' };
  const key = engine.recoverPublicKey(digest, signature.subarray(0, 64), recovery);
  if (key === undefined) return { reason: 'no-key' };
  return { address: engine.keccak256(key.subarray(1)).subarray(12) };
}

function isHighS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i += 1) {
    const difference = (signature[32 + i] as number) - (HALF_ORDER[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
