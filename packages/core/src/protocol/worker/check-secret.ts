import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { ByocError } from '../../errors/byoc-error.ts';

/** Metadata key of a TCP worker's secret. */
export const SECRET_KEY = 'byoc-worker-secret';

/** Throws WORKER_SECRET_INVALID unless the call carries the secret. Takes the same time whatever is wrong. */
export function checkSecret(metadata: Metadata, secret: string): void {
  const given = metadata.get(SECRET_KEY)[0];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(typeof given === 'string' ? given : ''), digest(secret)) || secret === '')
    throw new ByocError('WORKER_SECRET_INVALID', {});
}
