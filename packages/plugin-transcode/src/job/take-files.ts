import type { JobContext } from '@byoc/core';
import type { transcode } from '../capability.ts';

/** The files of a job, on this disk. */
export interface JobFiles {
  readonly source: string;
  /** In the order of `subtitles.files`. */
  readonly subtitles: readonly string[];
  readonly watermark: string | undefined;
  /** Of the subtitles that are drawn, when they come in a file. */
  readonly burned: string | undefined;
}

/** Takes every file that a job comes with before it begins: how long its caller takes to send them is none of its own time. */
export async function takeFiles({
  input,
  file,
}: Pick<JobContext<typeof transcode>, 'input' | 'file'>): Promise<JobFiles> {
  const { watermark, burnedSubtitles } = input.picture;
  const [source, subtitles, image, burned] = await Promise.all([
    file(input.source),
    Promise.all(input.subtitles.files.map((one) => file(one.file))),
    watermark === undefined ? undefined : file(watermark.image),
    burnedSubtitles !== undefined && 'file' in burnedSubtitles ? file(burnedSubtitles.file) : undefined,
  ]);
  return { source, subtitles, watermark: image, burned };
}
