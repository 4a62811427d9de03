import { z } from 'zod';

/** A named part that the caller sends with the job. */
export interface PartRef {
  readonly $part: string;
  readonly mediaType?: string | undefined;
}

/** An address that the orchestrator fetches before the job starts. */
export interface UriRef {
  readonly $uri: string;
  readonly mediaType?: string | undefined;
}

/** How bytes are named inside an input or an output. */
export type BlobRef = PartRef | UriRef;

/**
 * The schema of a place for bytes in a capability's input or output. In the input it is a part or a URI; in the output
 * it is always a part.
 *
 * @example
 * input: z.object({ source: blob() })
 */
export function blob() {
  return z.union([
    z.strictObject({ $part: z.string().min(1).max(200), mediaType: z.string().optional() }),
    z.strictObject({ $uri: z.string().min(1).max(8192), mediaType: z.string().optional() }),
  ]);
}

/** The schema of a file in a capability's output: a part. */
export function outputFile() {
  return z.strictObject({ $part: z.string().min(1).max(200), mediaType: z.string().optional() });
}
