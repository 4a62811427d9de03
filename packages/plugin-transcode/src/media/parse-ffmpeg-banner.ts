import type { ColourTags } from './colour-tags.ts';
import { parseFraction } from './fraction.ts';
import type { AudioStream, FieldOrder, MediaProbe, TextStream, TrackTags, VideoStream } from './media-probe.ts';
import { quarterTurns } from './parse-ffprobe.ts';

/** Reads what `ffmpeg -i` prints about its input: for builds that come without ffprobe. */
export function parseFfmpegBanner(text: string): MediaProbe | undefined {
  const input = /^Input #0, ([^,\s]+)/m.exec(text);
  if (input === null) return undefined;
  // A stream and the lines about it, up to the next stream.
  const streams = text.split(/^ +(?=Stream #0:\d)/m).slice(1);
  let video: VideoStream | undefined;
  const sounds: AudioStream[] = [];
  const texts: TextStream[] = [];
  for (const block of streams) {
    const head = /^Stream #0:(\d+)\S*: (Video|Audio|Subtitle): (\w+)([^\n]*)/.exec(block);
    if (head === null) continue;
    const [, index, kind, codec, rest] = head as unknown as [string, string, string, string, string];
    if (kind === 'Video' && video === undefined && !rest.includes('(attached pic)'))
      video = readVideo(Number(index), codec, rest, block);
    const tags = readTags(block);
    if (kind === 'Audio') sounds.push({ ...readAudio(Number(index), codec, rest), ...tags });
    if (kind === 'Subtitle') texts.push({ index: Number(index), codec, forced: rest.includes('(forced)'), ...tags });
  }
  const time = /^ +Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/m.exec(text);
  const durationSeconds = time === null ? undefined : Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3]);
  return { format: input[1] ?? 'unknown', durationSeconds, video, audio: sounds[0], sounds, texts };
}

function readVideo(index: number, codec: string, rest: string, block: string): VideoStream {
  const size = /, (\d+)x(\d+)/.exec(rest);
  const rotation = /rotation of (-?[\d.]+) degrees/.exec(block);
  return {
    index,
    codec,
    width: Number(size?.[1] ?? 0),
    height: Number(size?.[2] ?? 0),
    sampleAspect: parseFraction(/SAR (\d+:\d+)/.exec(rest)?.[1]) ?? { num: 1, den: 1 },
    rotation: quarterTurns(-Number(rotation?.[1] ?? 0)),
    averageRate: rate(rest, 'fps'),
    realRate: rate(rest, 'tbr'),
    pixelFormat: /, (\w+)(?:\([^)]*\))?, \d+x\d+/.exec(rest)?.[1] ?? 'unknown',
    ...readPixels(/, \w+\(([^)]*)\), \d+x\d+/.exec(rest)?.[1] ?? ''),
  };
}

/** Reads what stands behind the pixel format: `tv, bt2020nc/bt2020/smpte2084, top first`. */
function readPixels(text: string): { colour: ColourTags; fieldOrder: FieldOrder | undefined } {
  const words = text.split(',').map((word) => word.trim());
  const order = words.find((word) => / first/.test(word));
  const isTop = /^top first|^bottom coded first/.test(order ?? '');
  const progressive = words.includes('progressive') ? 'progressive' : undefined;
  // One name stands for all three.
  const names = words.filter((word) => !/^(tv|pc|progressive|unknown|.* first.*)$/.test(word)).at(0) ?? '';
  const [matrix, primaries = matrix, transfer = matrix] = names.split('/').map((name) => name || undefined);
  const known = (name: string | undefined) => (name === 'unknown' ? undefined : name);
  return {
    colour: {
      range: words.includes('pc') ? 'pc' : words.includes('tv') ? 'tv' : undefined,
      matrix: known(matrix),
      primaries: known(primaries),
      transfer: known(transfer),
    },
    fieldOrder: order === undefined ? progressive : isTop ? 'top-first' : 'bottom-first',
  };
}

/** The banner rounds to two digits: 29.97 means 30000/1001. */
function rate(rest: string, unit: string) {
  const text = new RegExp(`([\\d.]+)(k?) ${unit}`).exec(rest);
  if (text === null || text[2] === 'k') return undefined;
  const value = Number(text[1]);
  const whole = Math.round(value);
  if (value !== whole && Math.abs((whole * 1000) / 1001 - value) < 0.006) return { num: whole * 1000, den: 1001 };
  return parseFraction(text[1]);
}

/** The language stands after the number of the stream, the title among its tags. */
function readTags(block: string): TrackTags {
  const language = /^Stream #0:\d+(?:\[[^\]]*\])?\(([A-Za-z-]+)\)/.exec(block)?.[1];
  return {
    language: language === 'und' ? undefined : language,
    title: /^ +title +: (.*)$/m.exec(block)?.[1],
  };
}

function readAudio(index: number, codec: string, rest: string): Omit<AudioStream, keyof TrackTags> {
  const layout = /(\d+) Hz, ([^,]+)/.exec(rest);
  const named: Record<string, number> = { mono: 1, stereo: 2, quad: 4, '5.1': 6, '5.1(side)': 6, '7.1': 8 };
  const channels = named[layout?.[2] ?? ''] ?? (Number.parseInt(layout?.[2] ?? '2', 10) || 2);
  return { index, codec, channels, sampleRate: Number(layout?.[1] ?? 0) };
}
