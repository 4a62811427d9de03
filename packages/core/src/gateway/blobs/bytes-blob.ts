import { BlobInput } from './blob-input.ts';

/** Sends bytes in memory. */
export function bytesBlob(data: Uint8Array, options: { mediaType?: string } = {}): BlobInput {
  return new BlobInput({ type: 'bytes', data }, options.mediaType);
}
