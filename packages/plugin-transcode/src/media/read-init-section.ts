import { findBox, readBoxes } from './mp4-boxes.ts';

/** What an initialization section says about its one track. */
export interface InitSection {
  /** Ticks a second. */
  readonly timescale: number;
  /** Ticks of a sample that names none of its own. */
  readonly defaultSampleTicks: number;
  /** RFC 6381, for example `avc1.640028`; undefined for codecs not known here. */
  readonly codec: string | undefined;
  readonly width: number;
  readonly height: number;
}

/** Reads an initialization section. @throws RangeError when it is broken */
export function readInitSection(data: Uint8Array): InitSection {
  const boxes = readBoxes(data);
  const mdhd = findBox(boxes, 'moov', 'trak', 'mdia', 'mdhd')?.body;
  const stsd = findBox(boxes, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd')?.body;
  if (mdhd === undefined || stsd === undefined) throw new RangeError('the section has no track');
  const timescale = viewOf(mdhd).getUint32(mdhd[0] === 1 ? 20 : 12);
  const trex = findBox(boxes, 'moov', 'mvex', 'trex')?.body;
  const [entry] = readBoxes(stsd.subarray(8));
  if (entry === undefined) throw new RangeError('the track has no sample entry');
  const isVideo = entry.type === 'avc1' || entry.type === 'avc3';
  const view = viewOf(entry.body);
  return {
    timescale,
    defaultSampleTicks: trex === undefined ? 0 : viewOf(trex).getUint32(12),
    codec: isVideo ? avcCodec(entry.type, entry.body) : entry.type === 'mp4a' ? 'mp4a.40.2' : undefined,
    width: isVideo ? view.getUint16(24) : 0,
    height: isVideo ? view.getUint16(26) : 0,
  };
}

/** Profile, constraints and level as the decoder configuration has them. */
function avcCodec(type: string, entry: Uint8Array): string | undefined {
  const avcC = findBox(readBoxes(entry.subarray(78)), 'avcC')?.body;
  if (avcC === undefined) return undefined;
  return `${type}.${[...avcC.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
