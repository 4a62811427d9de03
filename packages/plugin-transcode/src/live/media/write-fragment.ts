import type { MediaSample } from './media-segment.ts';
import { writeBox } from './write-box.ts';

const KEY = 0x02000000;
const NOT_KEY = 0x01010000;

/**
 * Writes one movie fragment (`moof` and `mdat`) of a track with the id 1. Times are in the init section's ticks, and those of the first
 * sample are not negative.
 *
 * @param sequence counts the fragments of a stream from 1
 */
export function writeFragment(samples: readonly MediaSample[], sequence: number): Buffer {
  const [first] = samples;
  if (first === undefined) throw new TypeError('a fragment has samples');
  const table = Buffer.allocUnsafe(samples.length * 16);
  let bytes = 0;
  for (const [at, { duration, data, key, pts, dts }] of samples.entries()) {
    table.writeUInt32BE(duration, at * 16);
    table.writeUInt32BE(data.length, at * 16 + 4);
    table.writeUInt32BE(key ? KEY : NOT_KEY, at * 16 + 8);
    table.writeInt32BE(pts - dts, at * 16 + 12);
    bytes += data.length;
  }
  const tfdt = Buffer.alloc(12);
  tfdt.writeUInt32BE(0x01000000);
  tfdt.writeBigUInt64BE(BigInt(first.dts), 4);
  const moof = (offset: number) =>
    writeBox(
      'moof',
      writeBox('mfhd', 0, sequence),
      writeBox(
        'traf',
        writeBox('tfhd', 0x020000, 1),
        writeBox('tfdt', tfdt),
        writeBox('trun', 0x01000f01, samples.length, offset, table),
      ),
    );
  const head = moof(moof(0).length + 8);
  const mdat = Buffer.alloc(8);
  mdat.writeUInt32BE(bytes + 8);
  mdat.write('mdat', 4, 'latin1');
  return Buffer.concat([head, mdat, ...samples.map(({ data }) => data)]);
}
