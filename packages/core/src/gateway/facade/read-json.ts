import { ByocError } from '../../errors/byoc-error.ts';
import { readBody } from './read-body.ts';

/**
 * Reads the JSON object of a request's body. The content type must say JSON: a web page may send other types to a foreign address
 * unasked, this one it may not.
 *
 * @throws ByocError REQUEST_BODY_INVALID, REQUEST_BODY_TOO_LARGE
 */
export async function readJson(request: Request, { bytesMax }: { bytesMax: number }): Promise<Record<string, unknown>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/([a-z0-9.-]+\+)?json\b/i.test(type))
    throw new ByocError('REQUEST_BODY_INVALID', {
      reason: type === '' ? 'it has no content type' : `its content type is \`${type.slice(0, 100)}\``,
    });
  const value = parse(await readBody(request, { bytesMax }));
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new ByocError('REQUEST_BODY_INVALID', { reason: 'it is no JSON object' });
  return value as Record<string, unknown>;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ByocError('REQUEST_BODY_INVALID', { reason: (cause as Error).message }, { cause });
  }
}
