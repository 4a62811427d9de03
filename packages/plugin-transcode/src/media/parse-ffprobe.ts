import { z } from 'zod';
import type { ColourTags } from './colour-tags.ts';
import { parseFraction } from './fraction.ts';
import type { AudioStream, FieldOrder, MediaProbe, TextStream, TrackTags, VideoStream } from './media-probe.ts';
import { type LightData, parseLightData, sideDataSchema } from './parse-side-data.ts';

const stream = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().default('unknown'),
  width: z.number().default(0),
  height: z.number().default(0),
  pix_fmt: z.string().default('unknown'),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  start_time: z.string().optional(),
  duration: z.string().optional(),
  channels: z.number().default(0),
  sample_rate: z.string().default('0'),
  disposition: z
    .object({ attached_pic: z.number().default(0), forced: z.number().default(0) })
    .default({ attached_pic: 0, forced: 0 }),
  tags: z.record(z.string(), z.string()).default({}),
  field_order: z.string().optional(),
  color_range: z.string().optional(),
  color_space: z.string().optional(),
  color_primaries: z.string().optional(),
  color_transfer: z.string().optional(),
  side_data_list: z.array(sideDataSchema).default([]),
});
const report = z.object({
  streams: z.array(stream).default([]),
  format: z.object({
    format_name: z.string().default('unknown'),
    start_time: z.string().optional(),
    duration: z.string().optional(),
  }),
});
const frameReport = z.object({
  frames: z.array(z.object({ side_data_list: z.array(sideDataSchema).default([]) })).default([]),
});
type Stream = z.output<typeof stream>;

/** Reads `ffprobe -show_format -show_streams -of json`. @throws when it is something else */
export function parseFfprobe(json: string): MediaProbe {
  const { streams, format } = report.parse(JSON.parse(json));
  const video = streams.find((one) => one.codec_type === 'video' && one.disposition.attached_pic === 0);
  const sounds = streams.filter((one) => one.codec_type === 'audio' && one.channels > 0).map(readAudio);
  return {
    format: format.format_name.split(',')[0] ?? 'unknown',
    durationSeconds: seconds(format.duration) ?? seconds(video?.duration),
    video: video === undefined ? undefined : readVideo(video, format.start_time),
    audio: sounds[0],
    sounds,
    texts: streams.filter((one) => one.codec_type === 'subtitle').map(readText),
  };
}

function readVideo(one: Stream, start: string | undefined): VideoStream {
  // The display matrix counts counter-clockwise; the tag of older ffprobes clockwise.
  const matrix = one.side_data_list.find((data) => data.rotation !== undefined)?.rotation;
  const degrees = matrix === undefined ? Number(one.tags.rotate ?? 0) : -matrix;
  return {
    index: one.index,
    codec: one.codec_name,
    width: one.width,
    height: one.height,
    sampleAspect: parseFraction(one.sample_aspect_ratio) ?? { num: 1, den: 1 },
    rotation: quarterTurns(degrees),
    averageRate: parseFraction(one.avg_frame_rate),
    realRate: parseFraction(one.r_frame_rate),
    pixelFormat: one.pix_fmt,
    fieldOrder: FIELD_ORDERS[one.field_order ?? ''],
    colour: readColour(one),
    ...parseLightData(one.side_data_list),
    dolbyVisionProfile: one.side_data_list.find(({ dv_profile }) => dv_profile !== undefined)?.dv_profile,
    hasAlphaLayer: one.tags.alpha_mode === '1' || one.tags.ALPHA_MODE === '1',
    durationSeconds: untilEnd(one, start) ?? clock(one.tags.DURATION),
  };
}

/** ffmpeg tells the order of coding, then that of display; display counts. */
const FIELD_ORDERS: Readonly<Record<string, FieldOrder>> = {
  progressive: 'progressive',
  tt: 'top-first',
  bt: 'top-first',
  bb: 'bottom-first',
  tb: 'bottom-first',
};

function readColour(one: Stream): ColourTags {
  const known = (text: string | undefined) => (text === 'unknown' || text === 'reserved' ? undefined : text);
  return {
    range: one.color_range === 'tv' || one.color_range === 'pc' ? one.color_range : undefined,
    matrix: known(one.color_space),
    primaries: known(one.color_primaries),
    transfer: known(one.color_transfer),
  };
}

/** Reads what `ffprobe -show_frames -of json` tells about the light of the first picture. @throws when it is something else */
export function parseFrameLight(json: string): LightData {
  const { frames } = frameReport.parse(JSON.parse(json));
  return parseLightData(frames.flatMap(({ side_data_list }) => side_data_list));
}

function readAudio(one: Stream): AudioStream {
  const { index, codec_name: codec, channels } = one;
  return { index, codec, channels, sampleRate: Number(one.sample_rate), ...readTags(one) };
}

function readText(one: Stream): TextStream {
  return { index: one.index, codec: one.codec_name, forced: one.disposition.forced !== 0, ...readTags(one) };
}

/** Containers spell the names of tags as they like. */
function readTags({ tags }: Stream): TrackTags {
  const read = (name: string) => tags[name] ?? tags[name.toUpperCase()];
  const language = read('language');
  return { language: language === 'und' ? undefined : language, title: read('title') };
}

/** Degrees as 0, 90, 180 or 270. */
export function quarterTurns(degrees: number): number {
  return Number.isFinite(degrees) ? (((Math.round(degrees / 90) * 90) % 360) + 360) % 360 : 0;
}

/** Matroska writes `00:01:02.500000000` into a tag. */
function clock(text: string | undefined): number | undefined {
  const time = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '');
  return time === null ? undefined : seconds(String(Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3])));
}

/** Pictures may come later than the sound; the source starts with what comes first. */
function untilEnd(one: Stream, start: string | undefined): number | undefined {
  const late = Number(one.start_time) - Number(start);
  const own = seconds(one.duration);
  return own === undefined ? undefined : own + (Number.isFinite(late) ? Math.max(0, late) : 0);
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}
