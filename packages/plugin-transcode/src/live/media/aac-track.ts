import type { MediaSample, MediaTrack } from './media-segment.ts';
import { LIVE_TICKS } from './media-segment.ts';
import { writeBox } from './write-box.ts';

const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const FRAME = 1024;

/** Reads AAC in ADTS frames; `pts` of the first, in 1/90000 s. Undefined when there is none. What is no frame is skipped. */
export function aacTrack(bytes: Buffer, pts: number): MediaTrack | undefined {
  const frames: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = 0; at + 7 <= bytes.length; ) {
    const size = (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
    if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xf6) !== 0xf0 || size < 8) {
      at += 1;
      continue;
    }
    if (at + size > bytes.length) break;
    header ??= bytes.subarray(at, at + 7);
    frames.push(bytes.subarray(at + ((bytes[at + 1] ?? 0) & 1 ? 7 : 9), at + size));
    at += size;
  }
  if (header === undefined) return undefined;
  const object = ((header[2] ?? 0) >> 6) + 1;
  const rateIndex = ((header[2] ?? 0) >> 2) & 15;
  const channels = (((header[2] ?? 0) & 1) << 2) | ((header[3] ?? 0) >> 6);
  const timescale = RATES[rateIndex];
  if (timescale === undefined) return undefined;
  const start = Math.round((pts * timescale) / LIVE_TICKS);
  const samples = frames.map((data, at): MediaSample => {
    const time = start + at * FRAME;
    return { dts: time, pts: time, duration: FRAME, key: true, data };
  });
  const config = Buffer.from([(object << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3)]);
  return {
    timescale,
    entry: aacEntry(config, channels, timescale),
    codec: `mp4a.40.${object}`,
    width: 0,
    height: 0,
    samples,
  };
}

function aacEntry(config: Buffer, channels: number, sampleRate: number): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(channels, 16);
  head.writeUInt16BE(16, 18);
  head.writeUInt32BE((sampleRate & 0xffff) * 65536, 24);
  // Descriptors of ISO/IEC 14496-1: the stream, its decoder (AAC) and the decoder's configuration.
  const specific = Buffer.concat([Buffer.from([5, config.length]), config]);
  const decoder = Buffer.concat([
    Buffer.from([4, 13 + specific.length, 0x40, 0x15, ...new Array(11).fill(0)]),
    specific,
  ]);
  const stream = Buffer.concat([Buffer.from([3, 6 + decoder.length, 0, 1, 0]), decoder, Buffer.from([6, 1, 2])]);
  return writeBox('mp4a', head, writeBox('esds', 0, stream));
}
