import type { RunInput } from '@byoc/core/gateway';
import { BlobInput } from '@byoc/core/gateway';
import { z } from 'zod';
import type { AudioSettings } from '../capability/audio-settings.ts';
import { inputSchema } from '../capability/input.ts';
import { type PictureSettings, pictureSettingsSchema } from '../capability/picture-settings.ts';
import type { transcode } from '../capability.ts';

type TranscodeRunInput = RunInput<typeof transcode>;
type Requested<K> = Extract<NonNullable<TranscodeRunInput['outputs']>[number], { kind: K }>;

/** An input whose source is a file here, sorted by who does what. */
export interface ParallelInput {
  readonly path: string;
  readonly hls: Requested<'hls'> | undefined;
  readonly mp4: Requested<'mp4'> | undefined;
  readonly thumbnails: readonly Requested<'thumbnails'>[];
  readonly video: TranscodeRunInput['video'];
  readonly audio: AudioSettings;
  readonly ladder: TranscodeRunInput['ladder'];
  readonly quality: TranscodeRunInput['quality'];
  readonly picture: TranscodeRunInput['picture'];
  readonly deinterlace: PictureSettings['deinterlace'];
  /** Whether subtitles of the source are wanted. */
  readonly subtitles: boolean;
}

/** What decides here how the source is cut. */
const settings = z.object({
  audio: inputSchema.shape.audio,
  deinterlace: pictureSettingsSchema.shape.deinterlace,
});

/** What chunks can be asked for: each picture by itself, and nothing that looks at the whole. */
const FIELDS = new Set(['source', 'outputs', 'ladder', 'video', 'audio', 'quality', 'picture', 'subtitles']);

/** Sorts an input; or says in words why it is no work for several jobs. */
export function parallelInput(input: TranscodeRunInput): ParallelInput | { readonly reason: string } {
  const { source, outputs = [{ kind: 'hls' }], video, audio, ladder, quality, picture, subtitles } = input;
  const other = Object.entries(input).find(([field, value]) => value !== undefined && !FIELDS.has(field));
  if (other !== undefined) return { reason: `\`${other[0]}\` needs the whole source in one job` };
  if (Array.isArray(subtitles?.tracks) || subtitles?.files !== undefined)
    return { reason: 'its subtitles are one job' };
  if (picture?.frameTiming === 'source') return { reason: 'pictures keep their own times' };
  if (picture?.burnedSubtitles !== undefined || picture?.texts?.some((text) => 'clock' in text) === true)
    return { reason: 'what is drawn over its pictures changes with time' };
  if (picture?.deinterlace?.pictureFor === 'field') return { reason: 'each field becomes a picture' };
  if (!(source instanceof BlobInput) || source.origin.type !== 'file')
    return { reason: 'the source is not a file of this machine' };
  if (ladder !== undefined && ladder !== 'auto' && !Array.isArray(ladder))
    return { reason: 'this ladder needs the whole source in one job' };
  const hls = outputs.find((output): output is Requested<'hls'> => output.kind === 'hls');
  const mp4 = outputs.find((output): output is Requested<'mp4'> => output.kind === 'mp4');
  const thumbnails = outputs.filter((output): output is Requested<'thumbnails'> => output.kind === 'thumbnails');
  const known = [hls, mp4].filter((one) => one !== undefined).length + thumbnails.length;
  if (known < outputs.length) return { reason: 'one of the outputs needs the whole source in one job' };
  if (hls === undefined && mp4 === undefined) return { reason: 'thumbnails alone are one job' };
  if (hls?.container !== undefined && hls.container !== 'fmp4') return { reason: 'only fMP4 segments are joined' };
  const read = settings.safeParse({ audio, deinterlace: picture?.deinterlace });
  if (!read.success) return { reason: 'its input is not valid' };
  const wanted = { ...read.data, picture, subtitles: subtitles?.tracks !== 'none' };
  return { path: source.origin.path, hls, mp4, thumbnails, video, ladder, quality, ...wanted };
}
