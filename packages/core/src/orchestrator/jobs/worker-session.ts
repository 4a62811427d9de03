import { createHmac } from 'node:crypto';

/**
 * What a worker gets for a caller's session: the same for the same one of the same caller, and of no use to anybody else.
 * Undefined when the caller shares nothing.
 */
export function workerSession(
  salt: Uint8Array,
  { caller, session }: { caller: string; session: string | undefined },
): string | undefined {
  if (session === undefined || session === '') return undefined;
  return createHmac('sha256', salt)
    .update(JSON.stringify([caller, session]))
    .digest('base64url');
}
