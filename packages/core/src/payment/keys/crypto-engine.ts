/** A signature that its signer's key can be recovered from. */
export interface RecoverableSignature {
  /** `r` and `s`, 64 bytes; `s` in the lower half of the order. */
  readonly compact: Uint8Array;
  readonly recovery: 0 | 1;
}

/** The cryptography of Ethereum. Several engines exist, of very different speed; all give the same bytes. */
export interface CryptoEngine {
  /** For logs: which engine runs. */
  readonly name: 'native' | 'wasm' | 'portable';
  /** Keccak-256, 32 bytes. */
  keccak256(data: Uint8Array): Uint8Array;
  /** The signer's public key, 65 bytes with 04 first; undefined when there is none. Never throws. */
  recoverPublicKey(digest: Uint8Array, compact: Uint8Array, recovery: 0 | 1): Uint8Array | undefined;
  /** Signs a digest (RFC 6979, low `s`). Throws on a bad key. */
  sign(digest: Uint8Array, privateKey: Uint8Array): RecoverableSignature;
}
