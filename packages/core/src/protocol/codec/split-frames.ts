/** A message is closed when its frames reach about this many bytes. */
const BATCH_BYTES = 1024 * 1024;

/** What has bytes in a frame. */
interface Sized {
  readonly data?: Uint8Array;
  readonly eventJson?: Uint8Array;
  readonly outputJson?: Uint8Array;
  readonly parts?: readonly unknown[];
}

/** Cuts an array of frames so that each piece fits into one message; undefined when it need not be cut. */
export function splitFrames<F extends { readonly type: string }>(frames: readonly F[]): (readonly F[])[] | undefined {
  let total = 0;
  for (const frame of frames) total += sizeOf(frame);
  if (total <= BATCH_BYTES) return undefined;
  const pieces: F[][] = [];
  let piece: F[] = [];
  let size = 0;
  for (const frame of frames) {
    const frameSize = sizeOf(frame);
    if (piece.length > 0 && size + frameSize > BATCH_BYTES) {
      pieces.push(piece);
      piece = [];
      size = 0;
    }
    piece.push(frame);
    size += frameSize;
  }
  pieces.push(piece);
  return pieces;
}

function sizeOf(frame: object): number {
  const { data, eventJson, outputJson, parts } = frame as Sized;
  return 256 + (data?.length ?? 0) + (eventJson?.length ?? 0) + (outputJson?.length ?? 0) + (parts?.length ?? 0) * 300;
}
