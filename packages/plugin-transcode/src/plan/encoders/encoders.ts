import type { VideoCodec } from '../../capability/video-settings.ts';
import { AOM_AV1 } from './aom-av1.ts';
import type { Encoder } from './encoder.ts';
import { NVENC } from './nvenc.ts';
import { QSV } from './qsv.ts';
import { SVT_AV1 } from './svt-av1.ts';
import { VAAPI } from './vaapi.ts';
import { VIDEOTOOLBOX } from './videotoolbox.ts';
import { VPX_VP9 } from './vpx-vp9.ts';
import { X264 } from './x264.ts';
import { X265 } from './x265.ts';

/** Every encoder that there are arguments for. Of a codec, those of cards first, and the better before the worse. */
export const ENCODERS: readonly Encoder[] = [
  ...[...NVENC, ...QSV, ...VAAPI, ...VIDEOTOOLBOX],
  ...[X264, X265, SVT_AV1, AOM_AV1, VPX_VP9],
];

/** The encoders of a codec, in the order in which they are preferred. */
export function encodersOf(codec: VideoCodec): readonly Encoder[] {
  return ENCODERS.filter((encoder) => encoder.codec === codec);
}
