import type { PartUpload } from '../../protocol/frames.ts';
import { placeInInbox } from './place-in-inbox.ts';
import { FRAMED_BYTES_MAX, type InputPart } from './prepare-input.ts';
import { sha256OfFile } from './sha256-of-file.ts';

/** Files up to this size are read once more before an upload over HTTPS, to state their SHA-256. */
export const HASHED_BYTES_MAX = 64 * 1024 * 1024;

/** Parts that travel apart from the frames. */
export interface PlacedUploads {
  /** For the opening frame. */
  readonly uploads: readonly PartUpload[];
  /** Those to send over HTTPS once the orchestrator has answered. */
  readonly overHttps: readonly { readonly name: string; readonly path: string; readonly sizeBytes: number }[];
}

/**
 * Puts large files where an orchestrator of this host takes them, and plans an upload for the others. Only an upload over
 * HTTPS of at most 64 MiB states a SHA-256: it must be stated before the first byte, so it costs a whole read of the file.
 */
export async function placeUploads(
  parts: readonly InputPart[],
  localDirectory: string,
  { signal }: { signal: AbortSignal },
): Promise<PlacedUploads> {
  const uploads: PartUpload[] = [];
  const overHttps: { name: string; path: string; sizeBytes: number }[] = [];
  for (const { name, blob, sizeBytes = 0 } of parts) {
    if (blob.origin.type !== 'file' || sizeBytes <= FRAMED_BYTES_MAX) continue;
    const { path } = blob.origin;
    const inboxFile = (await placeInInbox(localDirectory, path, sizeBytes)) ?? '';
    signal.throwIfAborted();
    const hashed = inboxFile === '' && sizeBytes <= HASHED_BYTES_MAX;
    const sha256 = hashed ? await sha256OfFile(path, { signal }) : '';
    uploads.push({ name, sizeBytes, mediaType: blob.mediaType ?? '', inboxFile, sha256 });
    if (inboxFile === '') overHttps.push({ name, path, sizeBytes });
  }
  return { uploads, overHttps };
}
