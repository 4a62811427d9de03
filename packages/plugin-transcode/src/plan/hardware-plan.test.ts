import { describe, expect, it } from 'vitest';
import { inputSchema } from '../capability/input.ts';
import { planEncodings } from '../hardware/plan-encodings.ts';
import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import type { EncoderFamily } from './encoders/encoder.ts';
import { encodersOf } from './encoders/encoders.ts';
import { hardwareGraph } from './hardware-graph.ts';
import { planTranscode } from './plan-transcode.ts';

const video: VideoStream = {
  index: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  sampleAspect: { num: 1, den: 1 },
  rotation: 0,
  averageRate: { num: 30, den: 1 },
  realRate: { num: 30, den: 1 },
  pixelFormat: 'yuv420p',
} as VideoStream;
const probe = {
  format: 'mov',
  durationSeconds: 10,
  video,
  audio: undefined,
  sounds: [],
  texts: [],
} as unknown as MediaProbe;

const parse = (input: object) => inputSchema.parse({ source: { $part: 'source' }, ...input });
/** What there is to try where only one kind of card works, beside the processor. */
const encodings = (family: EncoderFamily, hardware: 'auto' | 'require' | 'never' = 'auto', sessions = 8) =>
  planEncodings({
    video: { codec: 'h264', hardware },
    tests: encodersOf('h264').map((encoder) => ({
      encoder,
      problem: encoder.family === family || encoder.family === 'software' ? undefined : 'it is not there',
    })),
    card: { keepsFrames: true, sessions },
    others: [],
  });
const words = (family: EncoderFamily, at: number, input: object = {}, sessions = 8) => {
  const asked = parse({
    ladder: [{ height: 720 }, { height: 360 }],
    audio: { codec: 'none' },
    outputs: [{ kind: 'mp4' }, { kind: 'thumbnails' }],
    ...input,
  });
  const encoding = encodings(family, 'auto', sessions)[at];
  const { args, frames } = planTranscode(asked, probe, { path: '/in' }, encoding);
  const short = args.join(' ').replace(/-format_whitelist \S+/, '-format_whitelist …');
  return `${frames}: ${short.replace(/ -f (hls|image2) .*?(?= -map|$)/g, ' …')}`;
};

describe('a plan for a card', () => {
  it.each(['nvenc', 'qsv', 'vaapi', 'videotoolbox'] as const)(
    'keeps pictures on the card, takes them from memory, or leaves it: %s',
    (family) => {
      expect([0, 1, 2].map((at) => words(family, at))).toMatchSnapshot();
    },
  );

  it('gives the card as many renditions as it has sessions, and the others to the processor', () => {
    expect(words('nvenc', 0, {}, 1)).toMatchSnapshot();
  });

  it('takes the way through memory for what a card does not do', () => {
    const graph = '[0:0]fps=30/1:start_time=0,split=1[s0];[s0]scale=640:360:flags=bicubic,setsar=1,format=yuv420p[v0]';
    const encoders = { families: ['nvenc'], bitDepth: 8, frames: 'card' } as const;
    const placed = (text: string, source: Partial<VideoStream> = {}) =>
      hardwareGraph(text, { ...video, ...source }, encoders).frames;
    expect([
      placed(graph),
      placed(graph.replace('fps=', 'scale,fps=')),
      placed(graph.replace('fps=', 'bwdif,fps=')),
      placed(graph.replace('[s0]scale', '[s0]crop=10:10,scale')),
      placed(graph.replace('setsar=1', "drawtext=text='a;b,c'")),
      placed(graph.replace(':flags=bicubic', ':flags=bicubic:out_color_matrix=bt709')),
      placed(graph, { rotation: 90 }),
      placed(graph, { codec: 'prores' }),
      placed(graph, { pixelFormat: 'yuv420p10le' }),
    ]).toEqual(['card', 'card', ...Array<string>(7).fill('memory')]);
  });
});

describe('planEncodings', () => {
  const ways = (hardware: 'auto' | 'require' | 'never') =>
    encodings('vaapi', hardware).map(
      ({ encoders, frames }) => `${encoders.map(({ name }) => name).join(' ')} ${frames}`,
    );

  it('follows the policy', () => {
    expect([ways('auto'), ways('require'), ways('never')]).toEqual([
      ['h264_vaapi libx264 card', 'h264_vaapi libx264 memory', 'libx264 memory'],
      ['h264_vaapi card', 'h264_vaapi memory'],
      ['libx264 memory'],
    ]);
  });

  it('refuses a job that requires a card, with the problem of each', () => {
    expect(() => encodings('software', 'require')).toThrowErrorMatchingInlineSnapshot(
      `[TranscodeFailure: The job requires a card that encodes h264, and none works here (h264_nvenc: it is not there; h264_qsv: it is not there; h264_vaapi: it is not there; h264_videotoolbox: it is not there)]`,
    );
  });

  it('refuses more renditions than the card encodes at once', () => {
    const asked = parse({ ladder: [{ height: 720 }, { height: 360 }], audio: { codec: 'none' } });
    const plan = () => planTranscode(asked, probe, { path: '/in' }, encodings('nvenc', 'require', 1)[0]);
    expect(plan).toThrowErrorMatchingInlineSnapshot(
      `[TranscodeFailure: The job requires a card for every rendition, and the one here encodes 1 at once]`,
    );
  });
});
