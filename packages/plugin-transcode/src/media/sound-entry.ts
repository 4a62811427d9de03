import { findBox, readBoxes } from './mp4-boxes.ts';

/** What a sample entry says about sound. */
export interface SoundEntry {
  /** RFC 6381; undefined for codecs not known here. */
  readonly codec: string | undefined;
  readonly channels: number;
  /** Hertz. */
  readonly sampleRate: number;
}

/** Bytes of a sample entry before its boxes (ISO/IEC 14496-12, 12.2.3). */
const HEAD_BYTES = 28;

/** Reads a sample entry of sound: the codec's own configuration counts, because muxers write two channels whatever there are. @throws RangeError */
export function readSoundEntry(type: string, body: Uint8Array): SoundEntry {
  if (body.length < HEAD_BYTES) throw new RangeError('the sample entry is cut off');
  const boxes = readBoxes(body.subarray(HEAD_BYTES));
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const stated = { channels: view.getUint16(16), sampleRate: view.getUint16(24) };
  if (type === 'Opus') {
    const channels = findBox(boxes, 'dOps')?.body[1] ?? stated.channels;
    return { codec: 'opus', channels, sampleRate: 48_000 };
  }
  const named: Record<string, string> = { fLaC: 'flac', 'ac-3': 'ac-3', 'ec-3': 'ec-3' };
  const esds = findBox(boxes, 'esds')?.body;
  if (type !== 'mp4a' || esds === undefined) return { codec: named[type], ...stated };
  return readDescriptors(esds.subarray(4), stated);
}

/** Of MPEG-4 sound, the object type, rate and layout of its configuration (ISO/IEC 14496-3, 1.6.2.1); else the kind of stream. */
function readDescriptors(data: Uint8Array, stated: Omit<SoundEntry, 'codec'>): SoundEntry {
  let at = 0;
  const enter = (tag: number): boolean => {
    if (data[at] !== tag) return false;
    at += 1;
    while ((data[at] ?? 0) & 0x80) at += 1;
    at += 1;
    return true;
  };
  const unknown = { codec: undefined, ...stated };
  // No further streams, no URL, no clock: what every muxer writes.
  if (!enter(3) || (data[at + 2] ?? 0) & 0xe0) return unknown;
  at += 3;
  if (!enter(4)) return unknown;
  const object = data[at] ?? 0;
  at += 13;
  if (object === 0x69 || object === 0x6b) return { codec: 'mp4a.40.34', ...stated };
  if (object !== 0x40 || !enter(5)) return { codec: `mp4a.${object.toString(16).padStart(2, '0')}`, ...stated };
  return readConfig(data.subarray(at), stated);
}

const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const CHANNELS = [undefined, 1, 2, 3, 4, 5, 6, 8];

function readConfig(config: Uint8Array, stated: Omit<SoundEntry, 'codec'>): SoundEntry {
  let at = 0;
  const bits = (count: number) => {
    let value = 0;
    for (const end = at + count; at < end; at += 1)
      value = (value << 1) | (((config[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const short = bits(5);
  const kind = short === 31 ? 32 + bits(6) : short;
  const index = bits(4);
  const sampleRate = index === 15 ? bits(24) : (RATES[index] ?? stated.sampleRate);
  return { codec: `mp4a.40.${kind}`, channels: CHANNELS[bits(4)] ?? stated.channels, sampleRate };
}
