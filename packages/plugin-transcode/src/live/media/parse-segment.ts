import type { MediaSegment } from './media-segment.ts';
import { type Mp4Memory, parseMp4Segment } from './parse-mp4-segment.ts';
import { parseTransportStream } from './parse-transport-stream.ts';
import { SegmentBroken } from './segment-broken.ts';

/**
 * Reads a segment, MPEG-TS or fragmented MP4 by its first bytes, whatever it is called. Undefined for an initialization section alone.
 *
 * @throws SegmentBroken also when its first picture needs others
 */
export function parseSegment(bytes: Uint8Array, memory: Mp4Memory): MediaSegment | undefined {
  if (bytes.length === 0) throw new SegmentBroken('it is empty');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const box = buffer.toString('latin1', 4, 8);
  const mp4 = ['ftyp', 'styp', 'moov', 'moof', 'sidx', 'prft', 'emsg'].includes(box);
  if (!mp4 && buffer[0] !== 0x47) throw new SegmentBroken('it is neither MPEG-TS nor fragmented MP4');
  const segment = mp4 ? parseMp4Segment(buffer, memory) : parseTransportStream(buffer);
  if (segment === undefined) return undefined;
  const [first] = segment.video.samples;
  if (first?.key !== true) throw new SegmentBroken('its first picture is no keyframe');
  return segment;
}
