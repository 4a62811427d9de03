import { BlobInput } from './blob-input.ts';

/** Sends bytes as they come. A stream is read once, so a job that has read from it is not tried elsewhere. */
export function streamBlob(data: AsyncIterable<Uint8Array>, options: { mediaType?: string } = {}): BlobInput {
  return new BlobInput({ type: 'stream', data }, options.mediaType);
}
