import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputSchema } from '../capability/input.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { planQuality } from '../proof/plan-quality.ts';
import { planPackageMp4 } from './plan-package-mp4.ts';
import { planTranscode } from './plan-transcode.ts';

const sound = { index: 1, codec: 'aac', channels: 2, sampleRate: 48000, language: undefined, title: undefined };
const probe: MediaProbe = {
  format: 'mov',
  durationSeconds: 10,
  video: {
    index: 0,
    codec: 'h264',
    width: 1920,
    height: 1080,
    sampleAspect: { num: 1, den: 1 },
    rotation: 0,
    averageRate: { num: 30, den: 1 },
    realRate: { num: 30, den: 1 },
    pixelFormat: 'yuv420p',
  },
  audio: sound,
  sounds: [sound],
  texts: [],
};
const source = { path: '/jobs/1/in/source' };
const parse = (input: object) => inputSchema.parse({ source: { $part: 'source' }, ...input });

describe('planTranscode', () => {
  it('writes one command that decodes once', () => {
    const plan = planTranscode(
      parse({ ladder: [{ height: 360 }], outputs: [{ kind: 'hls' }, { kind: 'mp4' }, { kind: 'thumbnails' }] }),
      probe,
      source,
    );
    expect(plan.args.join(' ').replace(/-format_whitelist \S+/, '-format_whitelist …')).toMatchInlineSnapshot(
      `"-hide_banner -nostdin -nostats -loglevel level+warning -progress pipe:3 -y -reinit_filter 0 -protocol_whitelist file -format_whitelist … -i file:/jobs/1/in/source -filter_complex [0:0]scale,fps=30/1:start_time=0,split=2[s0][p0];[s0]scale=640:360:flags=bicubic,setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=yuv420p[v0];[p0]fps=fps=1/1:round=up:eof_action=pass,scale=160:90:flags=bicubic:in_color_matrix=bt709:out_color_matrix=smpte170m:in_range=tv:out_range=pc,setsar=1,format=yuvj420p,tile=10x10[t0] -map [v0] -c:v libx264 -preset veryfast -profile:v high -crf 23 -maxrate 950000 -bufsize 1900000 -g 60 -keyint_min 60 -sc_threshold 0 -flags +cgop -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 -f hls -hls_time 3.983333 -hls_playlist_type vod -hls_list_size 0 -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_segment_filename hls/360p/%05d.m4s -hls_flags independent_segments hls/360p/index.m3u8 -map [t0] -an -sn -q:v 4 -f image2 thumbnails/sprite-%04d.jpg -map 0:1 -af aresample=async=1:first_pts=0,aformat=channel_layouts=stereo -c:a aac -b:a 128000 -ac 2 -ar 48000 -f hls -hls_time 4.000000 -hls_playlist_type vod -hls_list_size 0 -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_segment_filename hls/audio/%05d.m4s -hls_flags independent_segments hls/audio/index.m3u8"`,
    );
    expect(plan.mp4?.files.map((file) => planPackageMp4(plan, file).join(' '))).toMatchInlineSnapshot(`
      [
        "-hide_banner -nostdin -nostats -loglevel level+warning -y -protocol_whitelist file -f hls -i file:hls/360p/index.m3u8 -protocol_whitelist file -f hls -i file:hls/audio/index.m3u8 -map 0:v:0 -map 1:a:0 -metadata:s:a:0 title=Main -c copy -strict -2 -movflags +faststart -f mp4 mp4/360p.mp4",
      ]
    `);
    expect(
      planQuality(plan, {}, source, ['psnr'])
        .join(' ')
        .replace(/-format_whitelist \S+/, '-format_whitelist …'),
    ).toMatchInlineSnapshot(
      `"-hide_banner -nostdin -nostats -loglevel info -progress pipe:3 -y -reinit_filter 0 -protocol_whitelist file -format_whitelist … -i file:/jobs/1/in/source -protocol_whitelist file -f hls -i file:hls/360p/index.m3u8 -filter_complex [0:0]scale,fps=30/1:start_time=0,split=1[s0];[s0]scale=640:360:flags=bicubic,setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=yuv420p,settb=1/25,setpts=N,split=1[r0psnr];[1:v:0]settb=1/25,setpts=N,setsar=1,format=yuv420p,split=1[d0psnr];[d0psnr][r0psnr]psnr@psnr0=shortest=1[q0psnr] -map [q0psnr] -f null -"`,
    );
  });

  it('never takes a word of the caller for an option', () => {
    const plan = planTranscode(parse({}), probe, { path: '/jobs/1/in/-y; rm $(x) "q"' });
    expect(plan.args[plan.args.indexOf('-i') + 1]).toBe('file:/jobs/1/in/-y; rm $(x) "q"');
  });

  it('refuses repeated names and kinds, and a clip outside the source', () => {
    const failure = (input: object) => {
      try {
        planTranscode(parse(input), probe, source);
      } catch (error) {
        return (error as Error).message;
      }
      return 'accepted';
    };
    expect([
      failure({ outputs: [{ kind: 'hls' }, { kind: 'hls', name: 'other' }] }),
      failure({
        outputs: [
          { kind: 'hls', name: 'x' },
          { kind: 'mp4', name: 'x' },
        ],
      }),
      failure({
        ladder: [
          { name: 'a', height: 360 },
          { name: 'a', height: 240 },
        ],
      }),
      failure({ ladder: [{ name: 'audio', height: 360 }] }),
      failure({ clip: { startSeconds: 10 } }),
    ]).toMatchInlineSnapshot(`
      [
        "The job asks for more than one \`hls\` output",
        "The name \`x\` is taken",
        "Two renditions are named \`a\`",
        "The name \`audio\` is taken",
        "The clip starts at 10 s, and the source ends at 10 s",
      ]
    `);
  });

  it('cuts segments at whole keyframe intervals, the same in every rendition, for every rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 120_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (num, keyframeTenths, segmentSeconds) => {
          const rate = { num, den: 1001 };
          const input = parse({
            video: { codec: 'h264', keyframeSeconds: keyframeTenths / 10 },
            outputs: [{ kind: 'hls', segmentSeconds }],
          });
          const plan = planTranscode(
            input,
            { ...probe, video: { ...(probe.video as never as object), averageRate: rate, realRate: rate } as never },
            source,
          );
          const intervals = plan.args.flatMap((word, at) => (word === '-g' ? [Number(plan.args[at + 1])] : []));
          expect(new Set(intervals).size).toBe(1);
          const frames = (plan.segmentSeconds * plan.frameRate.num) / plan.frameRate.den;
          expect(Math.abs(frames / (intervals[0] ?? 0) - Math.round(frames / (intervals[0] ?? 0)))).toBeLessThan(1e-6);
        },
      ),
    );
  });
});
