import { ByocError } from '../../errors/byoc-error.ts';

/** Reads a private key from text: 64 hex digits, `0x` before them allowed. @throws ByocError KEY_INVALID, without the text */
export function parsePrivateKey(text: string): Uint8Array {
  const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text.trim())?.[1];
  if (digits === undefined) throw new ByocError('KEY_INVALID', { reason: 'it is not 64 hex digits' });
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
