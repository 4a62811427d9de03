import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { type ModelAnswer, RedirectRefused } from './model-http.ts';

/** What was asked for, for error texts. */
export interface ModelRequest {
  readonly model: string;
  readonly url: string;
  readonly hasToken: boolean;
}

const UNREACHABLE = new Set([
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** An address without what may be secret in it. */
export function shownAddress(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

/** Says what an answer means that is no success. `retryMs` is there when it may be better later. Reads the body. */
export async function explainAnswer(
  { status, headers, body }: ModelAnswer,
  { model, url, hasToken }: ModelRequest,
): Promise<{ error: ByocError; retryMs?: number }> {
  body.on('error', () => {}).destroy();
  const address = shownAddress(url);
  const said = headers['x-error-message'];
  const reason = (typeof said === 'string' ? said : `the server answered ${status}`).slice(0, 300).replace(/\.$/, '');
  if (status === 401 || status === 403)
    return { error: new ByocError('MODEL_FORBIDDEN', { model, address, hasToken, reason }) };
  if (status === 404 || status === 410) return { error: new ByocError('MODEL_NOT_FOUND', { model, address, reason }) };
  const error = new ByocError('MODEL_FETCH_FAILED', { model, reason: `${address}: ${reason}` });
  if (status !== 408 && status !== 429 && status < 500) return { error };
  const asked = Number(headers['retry-after']);
  return { error, retryMs: asked > 0 ? asked * 1000 : 0 };
}

/** Says what an error of the network or the disk means. An abort stays what it is. */
export function explainBreak(error: unknown, { model, url }: ModelRequest): unknown {
  if (isByocError(error)) return error;
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return error;
  const address = shownAddress(url);
  if (error instanceof RedirectRefused)
    return new ByocError('MODEL_FETCH_FAILED', { model, reason: `${address}: ${message}` });
  if (code !== undefined && UNREACHABLE.has(code))
    return new ByocError('MODEL_HOST_UNREACHABLE', { model, host: new URL(url).host, reason: code }, { cause: error });
  return new ByocError('MODEL_FETCH_FAILED', { model, reason: `${address}: ${code ?? message}` }, { cause: error });
}
