import { describe, expect, it } from 'vitest';
import { inputSchema } from '../capability/input.ts';
import type { RateControl } from '../capability/video-settings.ts';
import type { MasteringDisplay } from '../media/colour-tags.ts';
import { encoderArguments } from './encoder-arguments.ts';
import { ENCODERS } from './encoders/encoders.ts';
import { resolveRateControl } from './resolve-rate-control.ts';

const settings = (video: object) => inputSchema.parse({ source: { $part: 'x' }, video }).video;
const CONTROLS: readonly RateControl[] = [
  { mode: 'crf' },
  { mode: 'crf', maxBitrate: 800_000 },
  { mode: 'vbr', bitrate: 600_000 },
  { mode: 'cbr', bitrate: 600_000 },
];

/** What each encoder gets for each rate control that it knows, and in 10 bits. */
function table(family: string): string[] {
  return ENCODERS.filter((encoder) => encoder.family === family).flatMap(({ name, codec, modes, bitDepths }) => {
    const row = (video: object, control: RateControl) =>
      encoderArguments(
        settings({ codec, ...video }),
        { encoder: name, rateControl: resolveRateControl(control, codec) },
        50,
      )
        .join(' ')
        .replace('-c:v ', '');
    const rows = CONTROLS.filter(({ mode }) => modes.includes(mode)).map((control) => row({}, control));
    return bitDepths.includes(10) ? [...rows, row({ bitDepth: 10, preset: 'slow' }, { mode: 'crf' })] : rows;
  });
}

describe('encoderArguments', () => {
  it('asks each encoder of the processor in its own words', () => {
    expect(table('software')).toMatchInlineSnapshot(`
      [
        "libx264 -preset veryfast -profile:v high -crf 23 -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop",
        "libx264 -preset veryfast -profile:v high -crf 23 -maxrate 800000 -bufsize 1600000 -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop",
        "libx264 -preset veryfast -profile:v high -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop",
        "libx264 -preset veryfast -profile:v high -b:v 600000 -minrate 600000 -maxrate 600000 -bufsize 1200000 -x264-params nal-hrd=cbr -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop",
        "libx265 -preset veryfast -profile:v main -crf 26 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50 -tag:v hvc1",
        "libx265 -preset veryfast -profile:v main -crf 26 -maxrate 800000 -bufsize 1600000 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50 -tag:v hvc1",
        "libx265 -preset veryfast -profile:v main -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50 -tag:v hvc1",
        "libx265 -preset veryfast -profile:v main -b:v 600000 -minrate 600000 -maxrate 600000 -bufsize 1200000 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50:strict-cbr=1 -tag:v hvc1",
        "libx265 -preset slow -profile:v main10 -crf 26 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50 -tag:v hvc1",
        "libsvtav1 -preset 10 -crf 35 -g 50",
        "libsvtav1 -preset 10 -crf 35 -maxrate 800000 -bufsize 1600000 -g 50",
        "libsvtav1 -preset 10 -b:v 600000 -bufsize 1200000 -g 50",
        "libsvtav1 -preset 6 -crf 35 -g 50",
        "libaom-av1 -usage realtime -cpu-used 7 -row-mt 1 -crf 35 -b:v 0 -g 50 -keyint_min 50",
        "libaom-av1 -usage realtime -cpu-used 7 -row-mt 1 -crf 35 -b:v 800000 -maxrate 800000 -bufsize 1600000 -g 50 -keyint_min 50",
        "libaom-av1 -usage realtime -cpu-used 7 -row-mt 1 -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50 -keyint_min 50",
        "libaom-av1 -usage realtime -cpu-used 8 -row-mt 1 -b:v 600000 -minrate 600000 -maxrate 600000 -bufsize 1200000 -g 50 -keyint_min 50",
        "libaom-av1 -usage good -cpu-used 4 -row-mt 1 -crf 35 -b:v 0 -g 50 -keyint_min 50",
        "libvpx-vp9 -deadline good -cpu-used 5 -row-mt 1 -profile:v 0 -crf 33 -b:v 0 -g 50 -keyint_min 50",
        "libvpx-vp9 -deadline good -cpu-used 5 -row-mt 1 -profile:v 0 -crf 33 -b:v 800000 -maxrate 800000 -bufsize 1600000 -g 50 -keyint_min 50",
        "libvpx-vp9 -deadline good -cpu-used 5 -row-mt 1 -profile:v 0 -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50 -keyint_min 50",
        "libvpx-vp9 -deadline realtime -cpu-used 7 -row-mt 1 -profile:v 0 -b:v 600000 -minrate 600000 -maxrate 600000 -bufsize 1200000 -g 50 -keyint_min 50",
        "libvpx-vp9 -deadline good -cpu-used 1 -row-mt 1 -profile:v 2 -crf 33 -b:v 0 -g 50 -keyint_min 50",
      ]
    `);
  });

  it('asks NVENC in its own words', () => {
    expect(table('nvenc')).toMatchInlineSnapshot(`
      [
        "h264_nvenc -preset p2 -tune hq -rc vbr -cq 23 -b:v 0 -profile:v high -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "h264_nvenc -preset p2 -tune hq -rc vbr -cq 23 -b:v 0 -maxrate 800000 -bufsize 1600000 -profile:v high -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "h264_nvenc -preset p2 -tune hq -rc vbr -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v high -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "h264_nvenc -preset p2 -tune hq -rc cbr -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v high -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "hevc_nvenc -preset p2 -tune hq -rc vbr -cq 26 -b:v 0 -profile:v main -tag:v hvc1 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "hevc_nvenc -preset p2 -tune hq -rc vbr -cq 26 -b:v 0 -maxrate 800000 -bufsize 1600000 -profile:v main -tag:v hvc1 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "hevc_nvenc -preset p2 -tune hq -rc vbr -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v main -tag:v hvc1 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "hevc_nvenc -preset p2 -tune hq -rc cbr -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v main -tag:v hvc1 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "hevc_nvenc -preset p6 -tune hq -rc vbr -cq 26 -b:v 0 -profile:v main10 -tag:v hvc1 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "av1_nvenc -preset p2 -tune hq -rc vbr -cq 28 -b:v 0 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "av1_nvenc -preset p2 -tune hq -rc vbr -cq 28 -b:v 0 -maxrate 800000 -bufsize 1600000 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "av1_nvenc -preset p2 -tune hq -rc vbr -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "av1_nvenc -preset p2 -tune hq -rc cbr -b:v 600000 -maxrate 600000 -bufsize 1200000 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
        "av1_nvenc -preset p6 -tune hq -rc vbr -cq 28 -b:v 0 -g 50 -no-scenecut 1 -forced-idr 1 -strict_gop 1",
      ]
    `);
  });

  it('asks Quick Sync in its own words', () => {
    expect(table('qsv')).toMatchInlineSnapshot(`
      [
        "h264_qsv -preset veryfast -global_quality 23 -profile:v high -g 50 -idr_interval 0 -forced_idr 1 -adaptive_i 0",
        "h264_qsv -preset veryfast -global_quality 23 -b:v 640000 -maxrate 800000 -bufsize 1600000 -profile:v high -g 50 -idr_interval 0 -forced_idr 1 -adaptive_i 0",
        "h264_qsv -preset veryfast -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v high -g 50 -idr_interval 0 -forced_idr 1 -adaptive_i 0",
        "h264_qsv -preset veryfast -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v high -g 50 -idr_interval 0 -forced_idr 1 -adaptive_i 0",
        "hevc_qsv -preset veryfast -global_quality 26 -profile:v main -tag:v hvc1 -g 50 -idr_interval 1 -forced_idr 1",
        "hevc_qsv -preset veryfast -global_quality 26 -b:v 640000 -maxrate 800000 -bufsize 1600000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 1 -forced_idr 1",
        "hevc_qsv -preset veryfast -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 1 -forced_idr 1",
        "hevc_qsv -preset veryfast -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 1 -forced_idr 1",
        "hevc_qsv -preset slow -global_quality 26 -profile:v main10 -tag:v hvc1 -g 50 -idr_interval 1 -forced_idr 1",
        "av1_qsv -preset veryfast -global_quality 28 -g 50",
        "av1_qsv -preset veryfast -global_quality 28 -b:v 640000 -maxrate 800000 -bufsize 1600000 -g 50",
        "av1_qsv -preset veryfast -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50",
        "av1_qsv -preset veryfast -b:v 600000 -maxrate 600000 -bufsize 1200000 -g 50",
        "av1_qsv -preset slow -global_quality 28 -g 50",
        "vp9_qsv -preset veryfast -global_quality 27 -g 50",
        "vp9_qsv -preset veryfast -global_quality 27 -b:v 640000 -maxrate 800000 -bufsize 1600000 -g 50",
        "vp9_qsv -preset veryfast -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50",
        "vp9_qsv -preset veryfast -b:v 600000 -maxrate 600000 -bufsize 1200000 -g 50",
        "vp9_qsv -preset slow -global_quality 27 -g 50",
      ]
    `);
  });

  it('asks VAAPI in its own words', () => {
    expect(table('vaapi')).toMatchInlineSnapshot(`
      [
        "h264_vaapi -rc_mode CQP -global_quality 23 -profile:v high -g 50 -idr_interval 0",
        "h264_vaapi -rc_mode QVBR -global_quality 23 -b:v 640000 -maxrate 800000 -bufsize 1600000 -profile:v high -g 50 -idr_interval 0",
        "h264_vaapi -rc_mode VBR -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v high -g 50 -idr_interval 0",
        "h264_vaapi -rc_mode CBR -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v high -g 50 -idr_interval 0",
        "hevc_vaapi -rc_mode CQP -global_quality 26 -profile:v main -tag:v hvc1 -g 50 -idr_interval 0",
        "hevc_vaapi -rc_mode QVBR -global_quality 26 -b:v 640000 -maxrate 800000 -bufsize 1600000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 0",
        "hevc_vaapi -rc_mode VBR -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 0",
        "hevc_vaapi -rc_mode CBR -b:v 600000 -maxrate 600000 -bufsize 1200000 -profile:v main -tag:v hvc1 -g 50 -idr_interval 0",
        "hevc_vaapi -rc_mode CQP -global_quality 26 -profile:v main10 -tag:v hvc1 -g 50 -idr_interval 0",
        "av1_vaapi -rc_mode CQP -global_quality 142 -g 50",
        "av1_vaapi -rc_mode QVBR -global_quality 142 -b:v 640000 -maxrate 800000 -bufsize 1600000 -g 50",
        "av1_vaapi -rc_mode VBR -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50",
        "av1_vaapi -rc_mode CBR -b:v 600000 -maxrate 600000 -bufsize 1200000 -g 50",
        "av1_vaapi -rc_mode CQP -global_quality 142 -g 50",
        "vp9_vaapi -rc_mode CQP -global_quality 134 -g 50",
        "vp9_vaapi -rc_mode QVBR -global_quality 134 -b:v 640000 -maxrate 800000 -bufsize 1600000 -g 50",
        "vp9_vaapi -rc_mode VBR -b:v 600000 -maxrate 900000 -bufsize 1800000 -g 50",
        "vp9_vaapi -rc_mode CBR -b:v 600000 -maxrate 600000 -bufsize 1200000 -g 50",
        "vp9_vaapi -rc_mode CQP -global_quality 134 -g 50",
      ]
    `);
  });

  it('asks VideoToolbox in its own words', () => {
    expect(table('videotoolbox')).toMatchInlineSnapshot(`
      [
        "h264_videotoolbox -allow_sw 0 -q:v 55 -profile:v high -g 50",
        "h264_videotoolbox -allow_sw 0 -q:v 55 -maxrate 800000 -bufsize 1600000 -profile:v high -g 50",
        "h264_videotoolbox -allow_sw 0 -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v high -g 50",
        "h264_videotoolbox -allow_sw 0 -b:v 600000 -constant_bit_rate 1 -profile:v high -g 50",
        "hevc_videotoolbox -allow_sw 0 -q:v 49 -profile:v main -tag:v hvc1 -g 50",
        "hevc_videotoolbox -allow_sw 0 -q:v 49 -maxrate 800000 -bufsize 1600000 -profile:v main -tag:v hvc1 -g 50",
        "hevc_videotoolbox -allow_sw 0 -b:v 600000 -maxrate 900000 -bufsize 1800000 -profile:v main -tag:v hvc1 -g 50",
        "hevc_videotoolbox -allow_sw 0 -b:v 600000 -constant_bit_rate 1 -profile:v main -tag:v hvc1 -g 50",
        "hevc_videotoolbox -allow_sw 0 -q:v 49 -profile:v main10 -tag:v hvc1 -g 50",
      ]
    `);
  });

  it('tags colours, and writes the metadata of HDR10 in the units of each encoder', () => {
    const display: MasteringDisplay = {
      red: [0.708, 0.292],
      green: [0.17, 0.797],
      blue: [0.131, 0.046],
      white: [0.3127, 0.329],
      minLuminance: 0.005,
      maxLuminance: 1000,
    };
    const hdr = { display, light: { max: 1000, maxAverage: 400 } };
    const colour = { range: 'tv', matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084' } as const;
    const rows = [
      ['hevc', 'libx265'],
      ['av1', 'libsvtav1'],
    ].map(([codec, encoder = '']) =>
      encoderArguments(settings({ codec, bitDepth: 10 }), { encoder, rateControl: { mode: 'crf', crf: 26 } }, 50, {
        colour,
        hdr,
      }).join(' '),
    );
    expect(rows).toMatchInlineSnapshot(`
      [
        "-c:v libx265 -preset veryfast -profile:v main10 -crf 26 -g 50 -x265-params log-level=warning:info=0:scenecut=0:open-gop=0:keyint=50:min-keyint=50:hdr10=1:master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50):max-cll=1000,400 -tag:v hvc1 -color_range tv -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084",
        "-c:v libsvtav1 -preset 10 -crf 26 -g 50 -svtav1-params enable-hdr=1:mastering-display=G(0.1700,0.7970)B(0.1310,0.0460)R(0.7080,0.2920)WP(0.3127,0.3290)L(1000.0000,0.0050):content-light=1000,400 -color_range tv -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084",
      ]
    `);
  });
});
