/** Why the bytes of a segment can't be used. The stream goes on without it. */
export class SegmentBroken extends Error {
  override readonly name = 'SegmentBroken';
}
