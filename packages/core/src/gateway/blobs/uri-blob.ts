import { BlobInput } from './blob-input.ts';

/** Names an http or https address that the orchestrator fetches. */
export function uriBlob(uri: string | URL, options: { mediaType?: string } = {}): BlobInput {
  return new BlobInput({ type: 'uri', uri: String(uri) }, options.mediaType);
}
