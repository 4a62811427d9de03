import type { TypedData } from './typed-data.ts';

/** What is signed. A signer that has limits sees the thing itself, never only its hash. */
export type SigningRequest =
  /** A text, as EIP-191 personal message. */
  | { readonly kind: 'message'; readonly message: string }
  /** EIP-712 typed data: quotes, receipts. */
  | { readonly kind: 'typed-data'; readonly data: TypedData }
  /** A ticket in its packed form (232 bytes): an EIP-191 personal message of its keccak256. */
  | { readonly kind: 'ticket'; readonly ticket: Uint8Array }
  /** An unsigned transaction as EIP-2718 writes it: a type byte, then RLP. */
  | { readonly kind: 'transaction'; readonly transaction: Uint8Array };

/** Signs with one ETH key, wherever that is: in this process, or behind a remote signer. */
export interface Signer {
  /** EIP-55. */
  readonly address: string;
  /**
   * Signs one thing: 65 bytes, `v` 27 or 28, low `s` (RFC 6979: the same bytes each time).
   *
   * @throws ByocError KEY_INVALID, SIGNER_*
   */
  sign(request: SigningRequest, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  /** Signs many things at once, all or none; the signatures come in the same order. */
  signAll(
    requests: readonly SigningRequest[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<readonly Uint8Array[]>;
  /** Forgets the key, or the connection to it. Afterwards it signs nothing. Idempotent. */
  close(): void;
}
