import { type Box, findBox, readBoxes } from '../media/mp4-boxes.ts';
import { type PictureSize, readAvcSize, readHevcSize } from './picture-size.ts';
import { readAv1Size } from './read-av1-size.ts';

/** What the index of an MP4 file says about its pictures. */
export interface PictureTrack extends PictureSize {
  /** `bitstream`: from the codec's own parameters; `container`: only as the file's index claims. */
  readonly sizeFrom: 'bitstream' | 'container';
  readonly trackId: number;
  /** Listed in the index itself; 0 when all are in fragments. */
  readonly samples: number;
  /** Of those samples. */
  readonly sampleBytes: number;
  /** Of a fragment's sample that states none. */
  readonly defaultSampleBytes: number;
}

/** Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3). */
const VISUAL_ENTRY_BYTES = 78;

/** Reads the picture track of a `moov` box. @throws RangeError when there is none, or it is broken */
export function readPictureTrack(moov: Uint8Array): PictureTrack {
  const boxes = readBoxes(moov);
  const root = boxes.find(({ type }) => type === 'moov');
  const track = root?.children.find((box) => box.type === 'trak' && handlerOf(box) === 'vide');
  if (root === undefined || track === undefined) throw new RangeError('the file has no picture track');
  const tkhd = findBox(track.children, 'tkhd')?.body;
  const table = findBox(track.children, 'mdia', 'minf', 'stbl')?.children ?? [];
  const stsd = findBox(table, 'stsd')?.body;
  const [entry, second] = stsd === undefined ? [] : readBoxes(stsd.subarray(8));
  if (tkhd === undefined || entry === undefined) throw new RangeError('the picture track has no sample entry');
  if (second !== undefined) throw new RangeError('the picture track changes its format midway');
  const trackId = viewOf(tkhd).getUint32(tkhd[0] === 1 ? 20 : 12);
  const fromBitstream = bitstreamSize(readBoxes(entry.body.subarray(VISUAL_ENTRY_BYTES)));
  const view = viewOf(entry.body);
  const stated = { width: view.getUint16(24), height: view.getUint16(26) };
  return {
    ...(fromBitstream ?? stated),
    sizeFrom: fromBitstream === undefined ? 'container' : 'bitstream',
    trackId,
    ...countListed(findBox(table, 'stsz')?.body),
    defaultSampleBytes: defaultBytes(root, trackId),
  };
}

function handlerOf(track: Box): string | undefined {
  const body = findBox(track.children, 'mdia', 'hdlr')?.body;
  return body === undefined ? undefined : String.fromCharCode(...body.subarray(8, 12));
}

function bitstreamSize(boxes: readonly Box[]): PictureSize | undefined {
  const avcC = findBox(boxes, 'avcC')?.body;
  if (avcC !== undefined) {
    if (((avcC[5] ?? 0) & 31) === 0) return undefined;
    const length = viewOf(avcC).getUint16(6);
    return readAvcSize(avcC.subarray(8, 8 + length));
  }
  const av1C = findBox(boxes, 'av1C')?.body;
  if (av1C !== undefined) return readAv1Size(av1C);
  const hvcC = findBox(boxes, 'hvcC')?.body;
  const unit = hvcC === undefined ? undefined : hevcParameters(hvcC);
  return unit === undefined ? undefined : readHevcSize(unit);
}

/** The first sequence parameter set of an `hvcC` box (ISO/IEC 14496-15, 8.3.2.1). */
function hevcParameters(hvcC: Uint8Array): Uint8Array | undefined {
  const view = viewOf(hvcC);
  let at = 23;
  for (let arrays = hvcC[22] ?? 0; arrays > 0; arrays -= 1) {
    const type = view.getUint8(at) & 63;
    const units = view.getUint16(at + 1);
    at += 3;
    for (let unit = 0; unit < units; unit += 1) {
      const length = view.getUint16(at);
      if (type === 33) return hvcC.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
  }
  return undefined;
}

/** Counts what `stsz` lists: every sample with its size. */
function countListed(stsz: Uint8Array | undefined): { samples: number; sampleBytes: number } {
  if (stsz === undefined) return { samples: 0, sampleBytes: 0 };
  const view = viewOf(stsz);
  const [same, samples] = [view.getUint32(4), view.getUint32(8)];
  if (same !== 0) return { samples, sampleBytes: same * samples };
  let sampleBytes = 0;
  for (let at = 0; at < samples; at += 1) sampleBytes += requirePositive(view.getUint32(12 + 4 * at));
  return { samples, sampleBytes };
}

function requirePositive(bytes: number): number {
  if (bytes === 0) throw new RangeError('a picture has no bytes');
  return bytes;
}

function defaultBytes(moov: Box, trackId: number): number {
  const defaults = findBox(moov.children, 'mvex')?.children.filter(({ type }) => type === 'trex') ?? [];
  const own = defaults.map(({ body }) => viewOf(body)).find((view) => view.getUint32(4) === trackId);
  return own?.getUint32(16) ?? 0;
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
