import { readBoxes } from './mp4-boxes.ts';
import type { InitSection } from './read-init-section.ts';

/** What a movie fragment holds. */
export interface Fragment {
  readonly samples: number;
  readonly ticks: number;
}

/** Counts samples and their time in a `moof` box. @throws RangeError when it is broken */
export function readFragment(moof: Uint8Array, init: InitSection): Fragment {
  let samples = 0;
  let ticks = 0;
  for (const box of readBoxes(moof)) {
    for (const traf of box.children.filter(({ type }) => type === 'traf')) {
      let sampleTicks = init.defaultSampleTicks;
      for (const { type, body } of traf.children) {
        const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
        const flags = type === 'tfhd' || type === 'trun' ? view.getUint32(0) & 0xffffff : 0;
        if (type === 'tfhd' && flags & 0x8) {
          sampleTicks = view.getUint32(8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
        } else if (type === 'trun') {
          const count = view.getUint32(4);
          samples += count;
          if (!(flags & 0x100)) {
            ticks += count * sampleTicks;
            continue;
          }
          const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
          const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
          for (let at = 0; at < count; at += 1) ticks += view.getUint32(first + at * stride);
        }
      }
    }
  }
  return { samples, ticks };
}
