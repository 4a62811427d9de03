import { readBoxes } from '../media/mp4-boxes.ts';
import type { PictureTrack } from './read-track.ts';

/** Samples of a track, and the bytes they take. */
export interface SampleCount {
  readonly samples: number;
  readonly sampleBytes: number;
}

/** Counts the pictures that a `moof` box lists, and their bytes (ISO/IEC 14496-12, 8.8). @throws RangeError when a picture has no bytes */
export function countFragment(
  moof: Uint8Array,
  track: Pick<PictureTrack, 'trackId' | 'defaultSampleBytes'>,
): SampleCount {
  let samples = 0;
  let sampleBytes = 0;
  for (const traf of readBoxes(moof).flatMap(({ children }) => children.filter(({ type }) => type === 'traf'))) {
    let usual = track.defaultSampleBytes;
    let own = false;
    for (const { type, body } of traf.children) {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      if (type === 'tfhd') {
        const flags = view.getUint32(0) & 0xffffff;
        own = view.getUint32(4) === track.trackId;
        const before = (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0);
        if (flags & 0x10) usual = view.getUint32(8 + before);
      } else if (type === 'trun' && own) {
        const flags = view.getUint32(0) & 0xffffff;
        const count = view.getUint32(4);
        const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0) + (flags & 0x100 ? 4 : 0);
        const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
        const sized = (flags & 0x200) !== 0;
        if (count > 0 && !sized && usual === 0) throw new RangeError('a picture has no bytes');
        if (!sized) sampleBytes += usual * count;
        for (let at = 0; sized && at < count; at += 1) {
          const bytes = view.getUint32(first + at * stride);
          if (bytes === 0) throw new RangeError('a picture has no bytes');
          sampleBytes += bytes;
        }
        samples += count;
      }
    }
  }
  return { samples, sampleBytes };
}
