import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReadPlaylist } from './check-hls.ts';
import { type Attributes, parseMedia } from './parse-playlist.ts';

interface ReadCue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const CLOCK = /^(?:(\d{2,}):)?(\d\d):(\d\d\.\d{3})$/;

/** Holds a playlist of subtitles to the rules: attributes, segments cut with the pictures, and WebVTT that is mapped to their clock. */
export async function checkText(folder: string, attributes: Attributes, pictures: ReadPlaylist): Promise<string[]> {
  const uri = attributes['URI'] ?? '';
  const problems: string[] = [];
  if (attributes['NAME'] === undefined) problems.push(`${uri} has no NAME`);
  if (!/^(YES|NO)$/.test(attributes['FORCED'] ?? 'NO')) problems.push(`${uri}: FORCED is neither YES nor NO`);
  if (attributes['DEFAULT'] === 'YES' && attributes['AUTOSELECT'] !== 'YES')
    problems.push(`${uri} is the default, and may not be selected`);
  const { tags, map, segments } = parseMedia(await readFile(join(folder, uri), 'utf8'));
  if (!tags.has('EXT-X-ENDLIST') || tags.get('EXT-X-PLAYLIST-TYPE') !== 'VOD') problems.push(`${uri} is not complete`);
  if (map !== undefined) problems.push(`${uri} has an initialization section`);
  const target = tags.get('EXT-X-TARGETDURATION');
  if (target !== pictures.tags.get('EXT-X-TARGETDURATION')) problems.push(`${uri} has another target duration`);
  const length = (list: readonly { seconds: number }[]) => list.reduce((sum, { seconds }) => sum + seconds, 0);
  if (Math.abs(length(segments) - length(pictures.segments)) > 0.1)
    problems.push(`${uri} lasts ${length(segments)} s, and the pictures ${length(pictures.segments)} s`);
  const origin = await originOf(folder, pictures);
  let start = 0;
  const seen = new Map<string, number>();
  for (const [at, segment] of segments.entries()) {
    const where = `${uri}: ${segment.uri}`;
    if (Math.round(segment.seconds) > Number(target)) problems.push(`${where} is longer than the target duration`);
    const text = await readFile(join(folder, dirname(uri), segment.uri), 'utf8');
    const head = /^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:(\d+),LOCAL:(\S+)\n/.exec(text);
    if (head === null) {
      problems.push(`${where} is no WebVTT with a map of times`);
      continue;
    }
    const offset = Number(head[1]) / 90_000 - seconds(head[2] ?? '') - origin;
    if (!(Math.abs(offset) < 0.05)) problems.push(`${where} is ${offset} s off the pictures`);
    const end = start + segment.seconds;
    for (const cue of readCues(text)) {
      const key = `${cue.start} ${cue.end} ${cue.text}`;
      if (!(cue.end > cue.start)) problems.push(`${where} has a cue that ends before it starts`);
      if (!(cue.start < end + 0.001 && cue.end > start - 0.001)) problems.push(`${where} has a cue of another segment`);
      // A cue that goes on is in each segment that shows it.
      const last = seen.get(key);
      if (last === undefined ? cue.start < start - 0.001 : last !== at - 1)
        problems.push(`${where} has a cue that the segment before lacks`);
      seen.set(key, at);
    }
    start = end;
  }
  return problems;
}

/** Where the presentation begins on the clock of the pictures, in seconds. */
async function originOf(folder: string, { name, segments, map, probed }: ReadPlaylist): Promise<number> {
  const shown = probed[0]?.packets.map(({ pts }) => pts) ?? [];
  if (map === undefined) return Math.min(...shown);
  // ffprobe moves times where offsets are below zero, which CMAF allows: of fMP4 the first picture's own offset counts.
  const file = await readFile(join(folder, dirname(name), segments[0]?.uri ?? ''));
  const [first] = probed[0]?.packets ?? [];
  const trun = file.subarray(file.indexOf('trun') + 4);
  const flags = trun.readUInt32BE(0) & 0xffffff;
  const before = [0x1, 0x4, 0x100, 0x200, 0x400].filter((flag) => flags & flag).length;
  const offset = flags & 0x800 ? trun.readInt32BE(8 + before * 4) : 0;
  return (first?.dts ?? Number.NaN) + offset;
}

function readCues(text: string): ReadCue[] {
  return text
    .split(/\n\n+/)
    .slice(1)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [times = '', ...lines] = block.trim().split('\n');
      const [start = '', end = ''] = times.split(/ --> | /);
      return { start: seconds(start), end: seconds(end), text: lines.join('\n') };
    });
}

/** NaN for what is no time. */
function seconds(clock: string): number {
  const [, hours = 0, minutes = Number.NaN, rest = Number.NaN] = CLOCK.exec(clock) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
