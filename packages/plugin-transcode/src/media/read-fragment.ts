import { readBoxes } from './mp4-boxes.ts';
import type { InitSection } from './read-init-section.ts';

/** What a movie fragment holds. */
export interface Fragment {
  readonly samples: number;
  readonly ticks: number;
  /** When its first track starts to be decoded, in ticks; 0 when it does not say. */
  readonly start: number;
  /** Bytes from the start of the `moof` box to the end of its first sample; undefined when the fragment does not say. */
  readonly firstSampleEnd: number | undefined;
}

/** Counts samples and their time in a `moof` box, given whole. @throws RangeError when it is broken */
export function readFragment(moof: Uint8Array, init: Pick<InitSection, 'defaultSampleTicks'>): Fragment {
  let samples = 0;
  let ticks = 0;
  let start: number | undefined;
  let firstSampleEnd: number | undefined;
  for (const box of readBoxes(moof)) {
    for (const traf of box.children.filter(({ type }) => type === 'traf')) {
      let sampleTicks = init.defaultSampleTicks;
      let sampleBytes = 0;
      for (const { type, body } of traf.children) {
        const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
        const flags = type === 'tfhd' || type === 'trun' ? view.getUint32(0) & 0xffffff : 0;
        if (type === 'tfhd') {
          const after = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
          if (flags & 0x8) sampleTicks = view.getUint32(after);
          if (flags & 0x10) sampleBytes = view.getUint32(after + (flags & 0x8 ? 4 : 0));
        } else if (type === 'tfdt') {
          start ??= body[0] === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4);
        } else if (type === 'trun') {
          const count = view.getUint32(4);
          const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
          if (samples === 0 && count > 0 && flags & 0x1) {
            const own = flags & 0x200 ? view.getUint32(first + (flags & 0x100 ? 4 : 0)) : sampleBytes;
            firstSampleEnd = view.getInt32(8) + own;
          }
          samples += count;
          if (!(flags & 0x100)) {
            ticks += count * sampleTicks;
            continue;
          }
          const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
          for (let at = 0; at < count; at += 1) ticks += view.getUint32(first + at * stride);
        }
      }
    }
  }
  return { samples, ticks, start: start ?? 0, firstSampleEnd };
}
