import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ethereumAddress } from './ethereum-address.ts';

/** An ETH key with its address. */
export interface Identity {
  /** EIP-55. */
  readonly address: string;
  /** 64 hex digits, no `0x`. Secret. */
  readonly privateKeyHex: string;
}

/** Makes an identity: from a private key (64 hex digits, `0x` allowed), or a new random one. Throws on a bad key. */
export function createIdentity(options: { privateKey?: string | undefined } = {}): Identity {
  const privateKey =
    options.privateKey === undefined
      ? secp256k1.utils.randomSecretKey()
      : hexToBytes(options.privateKey.replace(/^0x/, ''));
  return {
    address: ethereumAddress(secp256k1.getPublicKey(privateKey, false)),
    privateKeyHex: bytesToHex(privateKey),
  };
}
