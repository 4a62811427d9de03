import type { VideoSettings } from '../capability/video-settings.ts';
import type { ColourTags } from '../media/colour-tags.ts';
import { colourArguments, type HdrMetadata } from './colour-arguments.ts';
import { ENCODERS } from './encoders/encoders.ts';
import { bitDepthOf } from './plan-encoder.ts';
import type { PlannedRendition } from './transcode-plan.ts';

/** What a rendition's pictures are, besides their samples. */
export interface PictureFacts {
  /** @default not stated */
  readonly colour?: ColourTags | undefined;
  /** @default none */
  readonly hdr?: HdrMetadata | undefined;
}

/** Arguments of one picture encoder. Keyframes come every `keyframeFrames`, nowhere else, and nothing refers across one. */
export function encoderArguments(
  settings: VideoSettings,
  { encoder, rateControl }: Pick<PlannedRendition, 'encoder' | 'rateControl'>,
  keyframeFrames: number,
  { colour, hdr }: PictureFacts = {},
): string[] {
  const found = ENCODERS.find(({ name }) => name === encoder);
  if (found === undefined) throw new TypeError(`no arguments are known for ${encoder}`);
  const { preset } = settings;
  const profile = settings.codec === 'h264' ? settings.profile : undefined;
  const request = { preset, profile, bitDepth: bitDepthOf(settings), rateControl, keyframeFrames, hdr };
  return ['-c:v', encoder, ...found.arguments(request), ...(colour === undefined ? [] : colourArguments(colour))];
}
