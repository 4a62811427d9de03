import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { z } from 'zod';
import { ByocError } from '../../../errors/byoc-error.ts';
import { createPortableEngine } from '../create-portable-engine.ts';
import type { CryptoEngine } from '../crypto-engine.ts';
import { checksumAddress } from '../ethereum-address.ts';
import { recoverSigner } from '../recover-signer.ts';
import type { Signer, SigningRequest } from '../signer.ts';
import { signingDigest } from '../signing-digest.ts';
import { checkSignerUrl } from './check-signer-url.ts';
import { postSigner } from './post-signer.ts';
import { encodeSigningRequest, SIGNATURES_MAX, signaturesSchema, signerInfoSchema } from './signer-wire.ts';

/** How a remote signer is reached. */
export interface RemoteSignerOptions {
  /** The bearer token that it knows this caller by. */
  readonly token: string;
  /** Certificate (PEM) that it shows, whatever its name, or that of who signed it. @default those of Node */
  readonly ca?: string | undefined;
  /** Longest wait for one answer. @default 10000 */
  readonly timeoutMs?: number | undefined;
  /** Checks its signatures; a faster one of `loadCryptoEngine` pays with many tickets. @default plain JavaScript */
  readonly engine?: CryptoEngine | undefined;
}

/**
 * Connects to a remote signer (docs/wallets.md): the key stays there. Each signature is checked before it is used.
 *
 * @throws ByocError SIGNER_URL_INVALID, SIGNER_UNREACHABLE, SIGNER_TOKEN_REFUSED, SIGNER_ANSWER_INVALID
 * @example
 * const signer = await connectRemoteSigner('https://signer.internal:8947', { token })
 */
export async function connectRemoteSigner(text: string, options: RemoteSignerOptions): Promise<Signer> {
  const { token, ca, timeoutMs = 10_000, engine = createPortableEngine() } = options;
  const base = checkSignerUrl(text);
  const { origin } = base;
  const agent = new (base.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
  let closed = false;
  const invalid = (reason: string) => new ByocError('SIGNER_ANSWER_INVALID', { url: origin, reason });

  async function ask<T>(
    path: string,
    body: string | undefined,
    schema: z.ZodType<T>,
    signal?: AbortSignal | undefined,
  ): Promise<T> {
    if (closed) throw new ByocError('SIGNER_UNREACHABLE', { url: origin, reason: 'the connection to it is closed' });
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const { status, text } = await postSigner({
      url: new URL(path, base),
      token,
      body,
      agent,
      ca,
      signal: either,
    }).catch((cause: NodeJS.ErrnoException) => {
      signal?.throwIfAborted();
      const reason = timeout.aborted ? `no answer in ${timeoutMs} ms` : (cause.code ?? cause.message);
      throw new ByocError('SIGNER_UNREACHABLE', { url: origin, reason }, { cause });
    });
    if (status === 200) {
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw invalid('it does not follow the protocol');
    }
    const reason = reasonOf(text);
    if (status === 401) throw new ByocError('SIGNER_TOKEN_REFUSED', { url: origin });
    if (status === 400 || status === 403 || status === 413)
      throw new ByocError('SIGNER_REFUSED', { url: origin, reason: reason ?? `HTTP ${status}` });
    throw new ByocError('SIGNER_UNREACHABLE', { url: origin, reason: reason ?? `HTTP ${status}` });
  }

  const info = await ask('/v1/signer', undefined, signerInfoSchema).catch((error: unknown) => {
    agent.destroy();
    throw error;
  });
  const address = checksumAddress(info.address.slice(2));

  function check(request: SigningRequest, signature: Uint8Array | undefined): Uint8Array {
    const found = recoverSigner(engine, signingDigest(engine, request), signature ?? new Uint8Array());
    const by = 'address' in found ? checksumAddress(Buffer.from(found.address).toString('hex')) : undefined;
    if (signature === undefined || by !== address) throw invalid(`a signature is not by ${address}`);
    return signature;
  }

  const signAll: Signer['signAll'] = async (requests, { signal } = {}) => {
    const signatures: Uint8Array[] = [];
    for (let from = 0; from < requests.length; from += SIGNATURES_MAX) {
      const some = requests.slice(from, from + SIGNATURES_MAX);
      const body = JSON.stringify({ requests: some.map(encodeSigningRequest) });
      const answer = await ask('/v1/sign', body, signaturesSchema, signal);
      signatures.push(...some.map((request, index) => check(request, answer.signatures[index])));
    }
    return signatures;
  };
  return {
    address,
    signAll,
    sign: async (request, signOptions) => (await signAll([request], signOptions))[0] as Uint8Array,
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What it says went wrong, at most a line of it. */
function reasonOf(text: string): string | undefined {
  const { error } = (parseJson(text) ?? {}) as { error?: { reason?: unknown } };
  const reason = error?.reason;
  return typeof reason === 'string' ? reason.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 300) : undefined;
}
