import { aacTrack } from './aac-track.ts';
import { type AvcUnit, avcEntry, parseAccessUnit } from './avc-track.ts';
import { LIVE_TICKS, type MediaSample, type MediaSegment } from './media-segment.ts';
import { SegmentBroken } from './segment-broken.ts';

const PACKET = 188;
/** MPEG-TS counts 33 bits. */
const WRAP = 2 ** 33;

interface Pes {
  pts: number;
  dts: number;
  parts: Buffer[];
}

/** Reads a segment of MPEG-TS: H.264, and AAC where there is sound. @throws SegmentBroken */
export function parseTransportStream(bytes: Buffer): MediaSegment {
  if (bytes.length % PACKET !== 0) throw new SegmentBroken(`it is cut off: ${bytes.length} bytes are no whole packets`);
  const payloads = new Map<number, { start: boolean; data: Buffer }[]>();
  const counters = new Map<number, number>();
  let lostPackets = 0;
  for (let at = 0; at < bytes.length; at += PACKET) {
    if (bytes[at] !== 0x47) throw new SegmentBroken(`packet ${at / PACKET} does not start with a sync byte`);
    const second = bytes[at + 1] ?? 0;
    const pid = ((second & 0x1f) << 8) | (bytes[at + 2] ?? 0);
    const control = bytes[at + 3] ?? 0;
    if (!(control & 0x10) || pid === 0x1fff) continue;
    if (second & 0x80) throw new SegmentBroken(`packet ${at / PACKET} is marked as damaged`);
    const counter = control & 15;
    const before = counters.get(pid);
    if (before === counter) continue;
    if (before !== undefined && counter !== ((before + 1) & 15)) lostPackets += 1;
    counters.set(pid, counter);
    const from = at + 4 + (control & 0x20 ? (bytes[at + 4] ?? 0) + 1 : 0);
    const list = payloads.get(pid) ?? [];
    payloads.set(pid, list);
    if (from < at + PACKET) list.push({ start: (second & 0x40) !== 0, data: bytes.subarray(from, at + PACKET) });
  }
  const streams = programStreams(payloads);
  const video = pesOf(payloads.get(streams.video ?? -1));
  if (streams.video === undefined) {
    const found = streams.others.length === 0 ? '' : ` (stream types ${streams.others.join(', ')})`;
    throw new SegmentBroken(`it has no H.264 video${found}`);
  }
  const [first] = video;
  if (first === undefined) throw new SegmentBroken('it has no pictures');
  const sound = pesOf(payloads.get(streams.audio ?? -1));
  const [heard] = sound;
  const near = (time: number) => first.dts + signed(time - first.dts);
  return {
    video: videoTrack(video, near),
    audio:
      heard === undefined
        ? undefined
        : aacTrack(Buffer.concat(sound.flatMap(({ parts }) => parts)), Math.max(0, near(heard.pts))),
    wrapTicks: WRAP,
    lostPackets,
  };
}

function videoTrack(all: readonly Pes[], near: (time: number) => number): MediaSegment['video'] {
  const units = all.map(({ parts }) => parseAccessUnit(Buffer.concat(parts)));
  const sps = units.find((unit): unit is AvcUnit & { sps: Uint8Array } => unit.sps !== undefined)?.sps;
  const pps = units.find((unit) => unit.pps.length > 0)?.pps;
  if (sps === undefined || pps === undefined) throw new SegmentBroken('it has no parameter sets');
  const times = all.map(({ dts }) => near(dts));
  const steps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  const step = median(steps.filter((one) => one > 0)) ?? LIVE_TICKS / 25;
  const samples = units.map((unit, at): MediaSample => {
    const dts = times[at] ?? 0;
    return {
      dts,
      pts: near(all[at]?.pts ?? dts),
      duration: Math.max(1, steps[at] ?? step),
      key: unit.key,
      data: unit.data,
    };
  });
  return { timescale: LIVE_TICKS, ...avcEntry(sps, pps), samples };
}

function programStreams(payloads: ReadonlyMap<number, { start: boolean; data: Buffer }[]>) {
  const section = (pid: number) => {
    const data = payloads.get(pid)?.find(({ start }) => start)?.data;
    return data?.subarray(1 + (data[0] ?? 0));
  };
  const pat = section(0);
  if (pat === undefined || pat.length < 12) throw new SegmentBroken('it has no program table');
  const pmt = section(pat.readUInt16BE(10) & 0x1fff);
  if (pmt === undefined || pmt.length < 12) throw new SegmentBroken('it has no program map');
  const end = Math.min(pmt.length, 3 + (pmt.readUInt16BE(1) & 0xfff) - 4);
  const found: { video?: number; audio?: number; others: string[] } = { others: [] };
  for (let at = 12 + (pmt.readUInt16BE(10) & 0xfff); at + 5 <= end; at += 5 + (pmt.readUInt16BE(at + 3) & 0xfff)) {
    const pid = pmt.readUInt16BE(at + 1) & 0x1fff;
    if (pmt[at] === 0x1b) found.video ??= pid;
    else if (pmt[at] === 0x0f) found.audio ??= pid;
    else found.others.push(`0x${(pmt[at] ?? 0).toString(16)}`);
  }
  return found;
}

function pesOf(payloads: readonly { start: boolean; data: Buffer }[] = []): Pes[] {
  const found: Pes[] = [];
  for (const { start, data } of payloads) {
    const last = found.at(-1);
    if (!start) {
      last?.parts.push(data);
      continue;
    }
    if (data.length < 9 || data.readUIntBE(0, 3) !== 1)
      throw new SegmentBroken('a packet of its streams has no header');
    const flags = data[7] ?? 0;
    const body = data.subarray(9 + (data[8] ?? 0));
    if (!(flags & 0x80) || data.length < 14) {
      last?.parts.push(body);
      continue;
    }
    const pts = timestamp(data, 9);
    found.push({ pts, dts: flags & 0x40 && data.length >= 19 ? timestamp(data, 14) : pts, parts: [body] });
  }
  return found;
}

function timestamp(data: Buffer, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = data.subarray(at, at + 5);
  return ((a >> 1) & 7) * 2 ** 30 + (b << 22) + ((c >> 1) << 15) + (d << 7) + (e >> 1);
}

/** The difference of two clocks that start again. */
function signed(difference: number): number {
  const rest = ((difference % WRAP) + WRAP) % WRAP;
  return rest >= WRAP / 2 ? rest - WRAP : rest;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
