import { type Box, readBoxes } from '../../media/mp4-boxes.ts';
import type { MediaSample, MediaSegment, MediaTrack } from './media-segment.ts';
import { type Mp4Track, parseMp4Init } from './parse-mp4-init.ts';
import { SegmentBroken } from './segment-broken.ts';

/** Tracks told by an earlier part, for segments that do not repeat them. */
export interface Mp4Memory {
  tracks: readonly Mp4Track[] | undefined;
}

/**
 * Reads a segment of fragmented MP4. A segment may begin with its initialization section; one without uses that of `memory`, and one that
 * has it replaces it there. Undefined for an initialization section alone.
 *
 * @throws SegmentBroken
 */
export function parseMp4Segment(bytes: Uint8Array, memory: Mp4Memory): MediaSegment | undefined {
  try {
    return parse(bytes, memory);
  } catch (cause) {
    if (cause instanceof RangeError) throw new SegmentBroken(`it is cut off or damaged: ${cause.message}`, { cause });
    throw cause;
  }
}

function parse(bytes: Uint8Array, memory: Mp4Memory): MediaSegment | undefined {
  const boxes = readBoxes(bytes);
  const moov = boxes.find(({ type }) => type === 'moov');
  if (moov !== undefined)
    memory.tracks = parseMp4Init(moov, bytes.subarray(0, moov.body.byteOffset + moov.body.length - bytes.byteOffset));
  const moofs = boxes.filter(({ type }) => type === 'moof');
  if (moofs.length === 0) {
    if (moov !== undefined) return undefined;
    throw new SegmentBroken('it has no movie fragment');
  }
  if (memory.tracks === undefined) throw new SegmentBroken('no initialization section came before it');
  const samples = new Map<number, MediaSample[]>();
  for (const moof of moofs) readFragment(bytes, moof, memory.tracks, samples);
  const trackOf = (kind: 'video' | 'audio'): MediaTrack | undefined => {
    const track = memory.tracks?.find((one) => one.kind === kind);
    const found = samples.get(track?.id ?? -1);
    if (track === undefined || found === undefined || found.length === 0) return undefined;
    const { timescale, entry, codec, width, height } = track;
    return { timescale, entry, codec, width, height, samples: found };
  };
  const video = trackOf('video');
  if (video === undefined) throw new SegmentBroken('it has no pictures');
  return { video, audio: trackOf('audio'), wrapTicks: undefined, lostPackets: 0 };
}

function readFragment(
  bytes: Uint8Array,
  moof: Box,
  tracks: readonly Mp4Track[],
  found: Map<number, MediaSample[]>,
): void {
  const moofAt = moof.body.byteOffset - bytes.byteOffset - 8;
  for (const traf of moof.children.filter(({ type }) => type === 'traf')) {
    const head = traf.children.find(({ type }) => type === 'tfhd')?.body;
    if (head === undefined) throw new SegmentBroken('a fragment has no header');
    const tfhd = view(head);
    const flags = tfhd.getUint32(0) & 0xffffff;
    const track = tracks.find(({ id }) => id === tfhd.getUint32(4));
    if (track === undefined) continue;
    let at = 8;
    const base = flags & 1 ? Number(tfhd.getBigUint64(at)) : moofAt;
    at += (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    const optional = (flag: number, otherwise: number) => {
      if (!(flags & flag)) return otherwise;
      at += 4;
      return tfhd.getUint32(at - 4);
    };
    const defaults = {
      duration: optional(0x8, track.defaults.duration),
      size: optional(0x10, track.defaults.size),
      flags: optional(0x20, track.defaults.flags),
    };
    const tfdt = traf.children.find(({ type }) => type === 'tfdt')?.body;
    const samples = found.get(track.id) ?? [];
    found.set(track.id, samples);
    const last = samples.at(-1);
    const state = {
      time:
        tfdt === undefined ? (last === undefined ? 0 : last.dts + last.duration) : decodeTime(tfdt) - track.skipTicks,
      offset: base,
    };
    for (const { type, body } of traf.children)
      if (type === 'trun') readRun(bytes, body, { base, defaults, state, samples });
  }
}

function readRun(
  bytes: Uint8Array,
  body: Uint8Array,
  run: {
    base: number;
    defaults: { duration: number; size: number; flags: number };
    state: { time: number; offset: number };
    samples: MediaSample[];
  },
): void {
  const { defaults, state } = run;
  const trun = view(body);
  const flags = trun.getUint32(0) & 0xffffff;
  const count = trun.getUint32(4);
  if (count > 100_000) throw new SegmentBroken(`a fragment promises ${count} samples`);
  let at = 8;
  const next = () => {
    at += 4;
    return trun.getUint32(at - 4);
  };
  if (flags & 0x1) state.offset = run.base + (next() | 0);
  const firstFlags = flags & 0x4 ? next() : undefined;
  for (let index = 0; index < count; index += 1) {
    const duration = flags & 0x100 ? next() : defaults.duration;
    const size = flags & 0x200 ? next() : defaults.size;
    const own = flags & 0x400 ? next() : index === 0 && firstFlags !== undefined ? firstFlags : defaults.flags;
    const shift = flags & 0x800 ? next() | 0 : 0;
    const end = state.offset + size;
    if (state.offset < 0 || end > bytes.length) throw new SegmentBroken('it is cut off: a sample lies behind its end');
    run.samples.push({
      ...{ dts: state.time, pts: state.time + shift, duration: Math.max(1, duration) },
      ...{ key: (own & 0x10000) === 0, data: bytes.subarray(state.offset, end) },
    });
    state.time += duration;
    state.offset = end;
  }
}

function decodeTime(tfdt: Uint8Array): number {
  return tfdt[0] === 1 ? Number(view(tfdt).getBigUint64(4)) : view(tfdt).getUint32(4);
}

function view(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
