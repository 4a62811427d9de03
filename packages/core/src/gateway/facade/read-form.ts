import { ByocError } from '../../errors/byoc-error.ts';
import { readBody } from './read-body.ts';

/**
 * Reads the `multipart/form-data` of a request. Any web page may send a form to a foreign address, but a browser says whose page it
 * is: forms of pages are refused.
 *
 * @throws ByocError ORIGIN_REFUSED, REQUEST_BODY_INVALID, REQUEST_BODY_TOO_LARGE
 */
export async function readForm(request: Request, { bytesMax }: { bytesMax: number }): Promise<FormData> {
  const origin = request.headers.get('origin');
  if (origin !== null) throw new ByocError('ORIGIN_REFUSED', { origin: origin.slice(0, 200) });
  const type = request.headers.get('content-type') ?? '';
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('REQUEST_BODY_INVALID', { reason, wanted: 'form' }, { cause });
  if (!/^multipart\/form-data\b/i.test(type))
    throw refuse(type === '' ? 'it has no content type' : `its content type is \`${type.slice(0, 100)}\``);
  const bytes = await readBody(request, { bytesMax });
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw refuse('it is no whole form', cause);
  }
}
