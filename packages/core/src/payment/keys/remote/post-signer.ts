import { X509Certificate } from 'node:crypto';
import type { Agent, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

const ANSWER_BYTES_MAX = 256 * 1024;

/** What a remote signer answered. */
export interface SignerAnswer {
  readonly status: number;
  readonly text: string;
}

/** One call to a remote signer. */
export interface SignerCall {
  readonly url: URL;
  readonly token: string;
  /** A JSON body makes it a POST. */
  readonly body?: string | undefined;
  readonly agent: Agent;
  /** PEM: the certificate that it shows, or that of who signed it. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Calls a remote signer and reads its whole answer. A kept connection that turns out to be closed is opened anew, once: signing the
 * same thing twice gives the same bytes.
 */
export async function postSigner(call: SignerCall): Promise<SignerAnswer> {
  try {
    return await post(call);
  } catch (error) {
    const { code, reusedSocket } = error as NodeJS.ErrnoException & { reusedSocket?: boolean };
    if (reusedSocket !== true || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
    return await post(call);
  }
}

function post({ url, token, body, agent, ca, signal }: SignerCall): Promise<SignerAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      agent,
      signal,
      ...(ca === undefined ? {} : { ca, checkServerIdentity: acceptOrCheck(ca) }),
    });
    sent.once('error', (error) => reject(Object.assign(error, { reusedSocket: sent.reusedSocket })));
    sent.once('response', (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    sent.end(body);
  });
}

/** A certificate that was named exactly may bear any name; one that was signed by what was named has to bear the host's. */
function acceptOrCheck(ca: string) {
  return (host: string, certificate: PeerCertificate) =>
    new X509Certificate(ca).raw.equals(certificate.raw) ? undefined : checkServerIdentity(host, certificate);
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.length > ANSWER_BYTES_MAX) throw new Error(`its answer is longer than ${ANSWER_BYTES_MAX} bytes`);
  }
  return text;
}
