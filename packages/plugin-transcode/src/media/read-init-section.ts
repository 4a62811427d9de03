import { pictureCodec } from './codec-string.ts';
import { type Box, findBox, readBoxes } from './mp4-boxes.ts';
import { readSoundEntry } from './sound-entry.ts';

/** What an initialization section says about its one track. */
export interface InitSection {
  /** Ticks a second. */
  readonly timescale: number;
  /** Ticks of a sample that names none of its own. */
  readonly defaultSampleTicks: number;
  /** RFC 6381, for example `avc1.640028`; undefined for codecs not known here. */
  readonly codec: string | undefined;
  /** 0 for sound. */
  readonly width: number;
  readonly height: number;
  /** How brightness is coded: by the transfer function that the track states, SDR when it states none. */
  readonly range: 'SDR' | 'PQ' | 'HLG';
  /** 0 for pictures. */
  readonly channels: number;
  /** Hertz; 0 for pictures. */
  readonly sampleRate: number;
}

/** Bytes of a sample entry before its boxes (ISO/IEC 14496-12, 12.1.3). */
const PICTURE_ENTRY_BYTES = 78;

/** Reads an initialization section. @throws RangeError when it is broken */
export function readInitSection(data: Uint8Array): InitSection {
  const boxes = readBoxes(data);
  const mdia = findBox(boxes, 'moov', 'trak', 'mdia')?.children ?? [];
  const mdhd = findBox(mdia, 'mdhd')?.body;
  const stsd = findBox(mdia, 'minf', 'stbl', 'stsd')?.body;
  if (mdhd === undefined || stsd === undefined) throw new RangeError('the section has no track');
  const trex = findBox(boxes, 'moov', 'mvex', 'trex')?.body;
  const [entry] = readBoxes(stsd.subarray(8));
  if (entry === undefined) throw new RangeError('the track has no sample entry');
  const handler = findBox(mdia, 'hdlr')?.body.subarray(8, 12) ?? [];
  return {
    timescale: viewOf(mdhd).getUint32(mdhd[0] === 1 ? 20 : 12),
    defaultSampleTicks: trex === undefined ? 0 : viewOf(trex).getUint32(12),
    ...(String.fromCharCode(...handler) === 'soun'
      ? { ...readSoundEntry(entry.type, entry.body), ...NO_PICTURES }
      : readPictures(entry)),
  };
}

const NO_PICTURES = { width: 0, height: 0, range: 'SDR' } as const;

type Track = Omit<InitSection, 'timescale' | 'defaultSampleTicks'>;

function readPictures({ type, body }: Box): Track {
  if (body.length < PICTURE_ENTRY_BYTES) throw new RangeError('the sample entry is cut off');
  const boxes = readBoxes(body.subarray(PICTURE_ENTRY_BYTES));
  const view = viewOf(body);
  return {
    codec: pictureCodec(type, boxes),
    width: view.getUint16(24),
    height: view.getUint16(26),
    range: rangeOf(findBox(boxes, 'colr')?.body),
    channels: 0,
    sampleRate: 0,
  };
}

/** Transfer characteristics of ITU-T H.273: 16 is PQ, 18 is HLG. */
function rangeOf(colr: Uint8Array | undefined): Track['range'] {
  if (colr === undefined || colr.length < 8) return 'SDR';
  const transfer = String.fromCharCode(...colr.subarray(0, 3)) === 'ncl' ? viewOf(colr).getUint16(6) : 0;
  return transfer === 16 ? 'PQ' : transfer === 18 ? 'HLG' : 'SDR';
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
