import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkText } from './check-text.ts';
import { expectedCodec } from './expected-codec.ts';
import { type Attributes, type MasterPlaylist, type MediaPlaylist, parseMaster, parseMedia } from './parse-playlist.ts';
import { type ProbedBytes, probeSegments } from './probe-bytes.ts';

/** A playlist with its segments, read from the files. */
export interface ReadPlaylist extends MediaPlaylist {
  readonly name: string;
  readonly probed: readonly ProbedBytes[];
  readonly sizes: readonly number[];
}

/**
 * Holds an HLS presentation on disk to the rules of RFC 8216bis that a player depends on: what breaks one is a sentence; none is good.
 * Durations, keyframes, codecs and sizes are those that ffprobe finds in the segments. Complete presentations (VOD) only.
 */
export async function checkHls(master: string): Promise<string[]> {
  const text = await readFile(master, 'utf8');
  const folder = dirname(master);
  const parsed = parseMaster(text);
  const problems = checkMaster(text, parsed);
  const playlists = new Map<string, ReadPlaylist>();
  const sounds = parsed.media.filter(({ TYPE }) => TYPE === 'AUDIO').flatMap(({ URI }) => URI ?? []);
  for (const uri of new Set([...parsed.variants.map((variant) => variant.uri), ...sounds])) {
    const read = await readPlaylist(folder, uri, problems);
    playlists.set(uri, read);
    problems.push(...checkMedia(read));
  }
  const targets = new Set([...playlists.values()].map(({ tags }) => tags.get('EXT-X-TARGETDURATION')));
  if (targets.size > 1) problems.push(`the target durations differ: ${[...targets].join(', ')}`);
  for (const { uri, attributes } of parsed.variants) {
    const group = parsed.media.filter((one) => one.TYPE === 'AUDIO' && one['GROUP-ID'] === attributes['AUDIO']);
    const beside = group.flatMap(({ URI }) => (URI === undefined || URI === uri ? [] : (playlists.get(URI) ?? [])));
    problems.push(...checkVariant(playlists.get(uri) as ReadPlaylist, attributes, beside));
  }
  const pictures = parsed.variants.filter(({ attributes }) => attributes['RESOLUTION'] !== undefined);
  const cuts = new Set(
    pictures.map(({ uri }) =>
      playlists
        .get(uri)
        ?.segments.map(({ seconds }) => seconds)
        .join(),
    ),
  );
  if (cuts.size > 1) problems.push('the variants are cut at different times');
  for (const attributes of parsed.iFrames) problems.push(...(await checkIFrames(folder, attributes)));
  for (const text of parsed.media.filter(({ TYPE }) => TYPE === 'SUBTITLES')) {
    const pictures = playlists.get(parsed.variants[0]?.uri ?? '');
    if (pictures !== undefined) problems.push(...(await checkText(folder, text, pictures)));
  }
  return problems;
}

function checkMaster(text: string, { tags, variants, media, iFrames }: MasterPlaylist): string[] {
  const problems: string[] = [];
  if (!text.startsWith('#EXTM3U\n')) problems.push('the master does not start with EXTM3U');
  if (variants.length === 0) problems.push('the master has no variants');
  if (!tags.has('EXT-X-INDEPENDENT-SEGMENTS')) problems.push('the master does not say that segments are independent');
  for (const one of [...variants.map(({ attributes }) => attributes), ...iFrames])
    for (const name of ['BANDWIDTH', 'CODECS']) if (!one[name]) problems.push(`a variant has no ${name}`);
  for (const { attributes } of variants)
    for (const [type, field] of [
      ['AUDIO', 'AUDIO'],
      ['SUBTITLES', 'SUBTITLES'],
    ] as const) {
      const group = attributes[field];
      if (group !== undefined && !media.some((one) => one.TYPE === type && one['GROUP-ID'] === group))
        problems.push(`the group ${group} is not there`);
    }
  for (const type of ['AUDIO', 'SUBTITLES']) {
    const groups = new Set(media.filter(({ TYPE }) => TYPE === type).map((one) => one['GROUP-ID']));
    if (groups.size > 1) problems.push(`the group of ${type} has two names`);
  }
  const names = media.map((one) => `${one.TYPE} ${one['GROUP-ID']} ${one.NAME}`);
  if (new Set(names).size < names.length) problems.push('two renditions of a group have one name');
  for (const type of ['AUDIO', 'SUBTITLES'])
    if (media.filter((one) => one.TYPE === type && one.DEFAULT === 'YES').length > 1)
      problems.push('a group has two defaults');
  return problems;
}

async function readPlaylist(folder: string, uri: string, problems: string[]): Promise<ReadPlaylist> {
  const text = await readFile(join(folder, uri), 'utf8');
  if (!text.startsWith('#EXTM3U\n')) problems.push(`${uri} does not start with EXTM3U`);
  const media = parseMedia(text);
  const beside = (name: string) => join(folder, dirname(uri), name);
  const map = media.map?.URI === undefined ? Buffer.alloc(0) : await readFile(beside(media.map.URI));
  const segments = await Promise.all(media.segments.map((segment) => readFile(beside(segment.uri))));
  const probed = await probeSegments(map, segments);
  return { name: uri, ...media, probed, sizes: segments.map(({ length }) => length) };
}

function checkMedia({ name, tags, map, segments, probed }: ReadPlaylist): string[] {
  const problems: string[] = [];
  const target = Number(tags.get('EXT-X-TARGETDURATION'));
  if (!Number.isInteger(target)) problems.push(`${name} has no whole target duration`);
  if (!tags.has('EXT-X-ENDLIST') || tags.get('EXT-X-PLAYLIST-TYPE') !== 'VOD') problems.push(`${name} is not complete`);
  if (Number(tags.get('EXT-X-VERSION')) < (map === undefined ? 3 : 6)) problems.push(`${name} has too low a version`);
  let end: number | undefined;
  for (const [at, { uri, seconds, discontinuity }] of segments.entries()) {
    if (Math.round(seconds) > target) problems.push(`${name}: ${uri} is longer than the target duration`);
    const { packets, stream } = probed[at] as ProbedBytes;
    const [first] = packets;
    if (first === undefined) {
      problems.push(`${name}: ${uri} holds nothing`);
      continue;
    }
    const isPicture = stream['codec_type'] === 'video';
    if (isPicture && !first.key) problems.push(`${name}: ${uri} does not start with a keyframe`);
    if (isPicture && packets.some(({ pts }) => pts < first.pts))
      problems.push(`${name}: ${uri} leans on what is before`);
    const length =
      Math.max(...packets.map((one) => one.pts + one.seconds)) - Math.min(...packets.map(({ pts }) => pts));
    if (Math.abs(length - seconds) > 0.03) problems.push(`${name}: ${uri} lasts ${length} s, not ${seconds}`);
    const start = first.dts;
    if (end !== undefined && !discontinuity && Math.abs(start - end) > 0.03)
      problems.push(`${name}: ${uri} starts at ${start} s, and the one before ends at ${end} s`);
    end = (packets.at(-1)?.dts ?? 0) + (packets.at(-1)?.seconds ?? 0);
  }
  return problems;
}

function checkVariant(playlist: ReadPlaylist, attributes: Attributes, beside: readonly ReadPlaylist[]): string[] {
  const { name } = playlist;
  const problems: string[] = [];
  const streams = [playlist, ...beside].map(({ probed }) => probed[0]?.stream ?? {});
  const codecs = (attributes['CODECS'] ?? '').split(',');
  const expected = streams.map(expectedCodec);
  if (
    expected.some((one) => !codecs.some((codec) => one.test(codec))) ||
    codecs.some((codec) => !expected.some((one) => one.test(codec)))
  )
    problems.push(
      `${name}: CODECS is ${codecs.join(',')}, and the streams are ${expected.map(({ source }) => source).join(', ')}`,
    );
  const [stream] = streams;
  if (stream?.['codec_type'] === 'video') {
    const size = `${stream['width']}x${stream['height']}`;
    if (attributes['RESOLUTION'] !== size)
      problems.push(`${name}: RESOLUTION is ${attributes['RESOLUTION']}, not ${size}`);
    const rate = playlist.probed.reduce((sum, { packets }) => sum + packets.length, 0) / lengthOf(playlist);
    if (Math.abs(Number(attributes['FRAME-RATE']) - rate) > 0.001)
      problems.push(`${name}: FRAME-RATE is ${attributes['FRAME-RATE']}, not ${rate}`);
  }
  const most = (rate: (one: ReadPlaylist) => number) => Math.max(0, ...beside.map(rate));
  const near = (said: number, found: number) => said >= found * 0.999 - 2 && said <= found * 1.02 + 3000;
  // Of sound alone one of the group is heard; with pictures, one of the group comes on top.
  const sum = stream?.['codec_type'] === 'video' ? (one: number, other: number) => one + other : Math.max;
  const peak = sum(peakOf(playlist), most(peakOf));
  if (!near(Number(attributes['BANDWIDTH']), peak))
    problems.push(`${name}: BANDWIDTH is ${attributes['BANDWIDTH']}, not ${peak}`);
  const average = sum(averageOf(playlist), most(averageOf));
  if (!near(Number(attributes['AVERAGE-BANDWIDTH']), average))
    problems.push(`${name}: AVERAGE-BANDWIDTH is ${attributes['AVERAGE-BANDWIDTH']}, not ${average}`);
  return problems;
}

function lengthOf(playlist: ReadPlaylist | undefined): number {
  return playlist?.segments.reduce((sum, { seconds }) => sum + seconds, 0) ?? 0;
}

function averageOf(playlist: ReadPlaylist): number {
  return (playlist.sizes.reduce((sum, size) => sum + size, 0) * 8) / lengthOf(playlist);
}

/** RFC 8216, 4.1: over any run of segments of 0.5 to 1.5 target durations. */
function peakOf(playlist: ReadPlaylist): number {
  const { segments, sizes, tags } = playlist;
  const target = Number(tags.get('EXT-X-TARGETDURATION'));
  const runs = segments.flatMap((_, start) =>
    segments.slice(start).map((_, length) => {
      const seconds = segments.slice(start, start + length + 1).reduce((sum, one) => sum + one.seconds, 0);
      return { seconds, bytes: sizes.slice(start, start + length + 1).reduce((sum, one) => sum + one, 0) };
    }),
  );
  const counted = runs.filter(({ seconds }) => seconds >= target * 0.5 && seconds <= target * 1.5);
  return Math.max(averageOf(playlist), ...counted.map(({ bytes, seconds }) => (bytes * 8) / seconds));
}

async function checkIFrames(folder: string, attributes: Attributes): Promise<string[]> {
  const uri = attributes['URI'] ?? '';
  const problems: string[] = [];
  const { tags, map, segments } = parseMedia(await readFile(join(folder, uri), 'utf8'));
  if (!tags.has('EXT-X-I-FRAMES-ONLY')) problems.push(`${uri} does not say that it has only keyframes`);
  if (segments.length === 0) problems.push(`${uri} is empty`);
  const init = await readFile(join(folder, dirname(uri), map?.URI ?? ''));
  let most = 0;
  for (const { uri: name, range, seconds } of segments) {
    const file = await readFile(join(folder, dirname(uri), name));
    if (range === undefined || range.offset + range.bytes > file.length) {
      problems.push(`${uri}: ${name} has no such part`);
      continue;
    }
    most = Math.max(most, (range.bytes * 8) / seconds);
    const bytes = file.subarray(range.offset, range.offset + range.bytes);
    const [{ packets, stream } = { packets: [], stream: {} }] = await probeSegments(init, [bytes]);
    if (packets[0]?.key !== true) problems.push(`${uri}: ${name} is no keyframe`);
    if (attributes['RESOLUTION'] !== `${stream['width']}x${stream['height']}`) problems.push(`${uri} has another size`);
    if (!expectedCodec(stream).test(attributes['CODECS'] ?? '')) problems.push(`${uri} has another codec`);
  }
  if (Number(attributes['BANDWIDTH']) > most + 1) problems.push(`${uri}: BANDWIDTH is more than there is`);
  return problems;
}
