import { ByocError } from '../../errors/byoc-error.ts';

/** Reads a request's body whole. @throws ByocError REQUEST_BODY_TOO_LARGE as soon as it is */
export async function readBody(request: Request, { bytesMax }: { bytesMax: number }): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new ByocError('REQUEST_BODY_TOO_LARGE', { limitBytes: bytesMax });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
