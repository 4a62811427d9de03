import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { recoverSigner } from '../../keys/recover-signer.ts';
import type { TypedData } from '../../keys/typed-data.ts';
import { typedDataHash } from '../../keys/typed-data-hash.ts';

/** A payer's word that an orchestrator may take so much of its balance for one job. */
export interface PaymentAuthorization {
  /** ETH address of the orchestrator: the word is worth nothing elsewhere. */
  readonly orchestrator: string;
  /** A job has its id once, so the word can't be used twice. */
  readonly jobId: string;
  /** A total: a later word for the same job includes the earlier ones. */
  readonly authorizedWei: bigint;
}

const domain = { name: 'BYOC payment', version: '1' } as const;
const types = {
  PaymentAuthorization: [
    { name: 'orchestrator', type: 'address' },
    { name: 'jobId', type: 'string' },
    { name: 'authorizedWei', type: 'uint256' },
  ],
} as const;

/** An authorization as EIP-712 typed data, for a signer. */
export function authorizationTypedData({ orchestrator, jobId, authorizedWei }: PaymentAuthorization): TypedData {
  return {
    domain,
    types,
    primaryType: 'PaymentAuthorization',
    message: { orchestrator: orchestrator.toLowerCase(), jobId, authorizedWei },
  };
}

/** Who signed an authorization, as a lower-case ETH address; undefined when the signature is no valid one. */
export function authorizationSigner(
  engine: CryptoEngine,
  authorization: PaymentAuthorization,
  signature: Uint8Array,
): string | undefined {
  const digest = typedDataHash(engine.keccak256, authorizationTypedData(authorization));
  const signer = recoverSigner(engine, digest, signature);
  return 'address' in signer ? `0x${Buffer.from(signer.address).toString('hex')}` : undefined;
}
