import { BlobInput } from './blob-input.ts';

/** Sends a file of this machine: in frames when small, else through the same host's directory or over HTTPS. */
export function fileBlob(path: string, options: { mediaType?: string } = {}): BlobInput {
  return new BlobInput({ type: 'file', path }, options.mediaType);
}
