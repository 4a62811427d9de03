import type { MediaTrack } from './media-segment.ts';
import { writeBox } from './write-box.ts';

const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/** Writes the initialization section of one track. @param timescale ticks a second of the fragments that follow */
export function writeInitSection(
  track: Pick<MediaTrack, 'entry' | 'width' | 'height'>,
  { timescale, kind }: { timescale: number; kind: 'video' | 'audio' },
): Buffer {
  const video = kind === 'video';
  const empty = (type: string) => writeBox(type, 0, 0);
  const stbl = writeBox(
    'stbl',
    writeBox('stsd', 0, 1, track.entry),
    ...[empty('stts'), empty('stsc'), writeBox('stsz', 0, 0, 0), empty('stco')],
  );
  const handler = Buffer.from(video ? 'vide' : 'soun');
  const header = video ? writeBox('vmhd', 1, 0, 0) : writeBox('smhd', 0, 0);
  const minf = writeBox('minf', header, writeBox('dinf', writeBox('dref', 0, 1, writeBox('url ', 1))), stbl);
  const mdia = writeBox(
    'mdia',
    writeBox('mdhd', 0, 0, 0, timescale, 0, 0x55c40000),
    writeBox('hdlr', 0, 0, handler, 0, 0, 0, Buffer.from('media\0')),
    minf,
  );
  const volume = video ? 0 : 0x01000000;
  const tkhd = writeBox(
    'tkhd',
    7,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    volume,
    ...MATRIX,
    track.width * 65536,
    track.height * 65536,
  );
  const mvhd = writeBox('mvhd', 0, 0, 0, 1000, 0, 0x10000, 0x01000000, 0, 0, ...MATRIX, 0, 0, 0, 0, 0, 0, 2);
  const moov = writeBox(
    'moov',
    mvhd,
    writeBox('trak', tkhd, mdia),
    writeBox('mvex', writeBox('trex', 0, 1, 1, 0, 0, 0)),
  );
  return Buffer.concat([writeBox('ftyp', Buffer.from('iso6'), 1, Buffer.from('iso6mp41cmfc')), moov]);
}
