import { type Box, findBox, readBoxes } from '../../media/mp4-boxes.ts';
import { readInitSection } from '../../media/read-init-section.ts';
import { SegmentBroken } from './segment-broken.ts';

/** A track as an initialization section describes it. */
export interface Mp4Track {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  readonly entry: Uint8Array;
  readonly codec: string | undefined;
  readonly width: number;
  readonly height: number;
  /** Ticks that the edit list cuts off. */
  readonly skipTicks: number;
  readonly defaults: { readonly duration: number; readonly size: number; readonly flags: number };
}

const AUDIO_CODECS: Readonly<Record<string, string>> = {
  ...{ mp4a: 'mp4a.40.2', Opus: 'opus', 'ac-3': 'ac-3', 'ec-3': 'ec-3', fLaC: 'fLaC' },
};

/** Reads the first video and the first audio track of a `moov` box. @throws SegmentBroken */
export function parseMp4Init(moov: Box, init: Uint8Array): Mp4Track[] {
  const tracks: Mp4Track[] = [];
  for (const trak of moov.children.filter(({ type }) => type === 'trak')) {
    const handler = findBox(trak.children, 'mdia', 'hdlr')?.body;
    const name = handler === undefined ? '' : Buffer.from(handler.subarray(8, 12)).toString('latin1');
    const kind = name === 'vide' ? 'video' : name === 'soun' ? 'audio' : undefined;
    if (kind === undefined || tracks.some((one) => one.kind === kind)) continue;
    tracks.push(readTrack(trak, kind, moov, init));
  }
  if (tracks.length === 0) throw new SegmentBroken('its initialization section has no pictures and no sound');
  return tracks;
}

function readTrack(trak: Box, kind: 'video' | 'audio', moov: Box, init: Uint8Array): Mp4Track {
  const tkhd = findBox(trak.children, 'tkhd')?.body;
  const mdhd = findBox(trak.children, 'mdia', 'mdhd')?.body;
  const stsd = findBox(trak.children, 'mdia', 'minf', 'stbl', 'stsd')?.body;
  if (tkhd === undefined || mdhd === undefined || stsd === undefined)
    throw new SegmentBroken('its initialization section lacks a box');
  const id = view(tkhd).getUint32(tkhd[0] === 1 ? 20 : 12);
  const size = view(stsd).getUint32(8);
  const entry = stsd.subarray(8, 8 + size);
  const form = Buffer.from(entry.subarray(4, 8)).toString('latin1');
  const video = kind === 'video';
  const trex = (findBox([moov], 'moov', 'mvex')?.children ?? []).find(
    ({ type, body }) => type === 'trex' && view(body).getUint32(4) === id,
  )?.body;
  return {
    id,
    kind,
    timescale: view(mdhd).getUint32(mdhd[0] === 1 ? 20 : 12),
    entry,
    codec: video ? (form.startsWith('avc') ? readInitSection(init).codec : undefined) : AUDIO_CODECS[form],
    ...(video ? shownSize(entry) : { width: 0, height: 0 }),
    skipTicks: editedTicks(trak),
    defaults: {
      duration: trex === undefined ? 0 : view(trex).getUint32(12),
      size: trex === undefined ? 0 : view(trex).getUint32(16),
      flags: trex === undefined ? 0 : view(trex).getUint32(20),
    },
  };
}

function shownSize(entry: Uint8Array): { width: number; height: number } {
  const width = view(entry).getUint16(32);
  const height = view(entry).getUint16(34);
  const pasp = readBoxes(entry.subarray(86)).find(({ type }) => type === 'pasp')?.body;
  const [wide, high] = pasp === undefined ? [1, 1] : [view(pasp).getUint32(0), view(pasp).getUint32(4)];
  return { width: wide > 0 && high > 0 ? Math.max(1, Math.round((width * wide) / high)) : width, height };
}

/** Where the first edit that is not empty starts: encoders shift by it what they reorder or prime. */
function editedTicks(trak: Box): number {
  const elst = findBox(trak.children, 'edts', 'elst')?.body;
  if (elst === undefined || elst.length < 20) return 0;
  const start = elst[0] === 1 ? Number(view(elst).getBigInt64(16)) : view(elst).getInt32(12);
  return Math.max(0, start);
}

function view(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
