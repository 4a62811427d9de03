import { keccak_256 } from '@noble/hashes/sha3.js';

/** Keccak-256 by WebAssembly where the package is installed, else in JavaScript: about 8 times slower. */
export async function createKeccak256(): Promise<(data: Uint8Array) => Uint8Array> {
  const module = await import('hash-wasm').catch(() => undefined);
  if (module === undefined) return keccak_256;
  const hasher = await module.createKeccak(256);
  return (data) => hasher.init().update(data).digest('binary');
}
