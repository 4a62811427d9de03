import type { TranscodeInput } from '../capability/input.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { probeLight } from '../ffmpeg/probe-light.ts';
import { scanFields } from '../ffmpeg/scan-fields.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { needsFieldScan } from '../plan/picture/select-deinterlace.ts';
import type { PictureFacts } from '../plan/picture-chain.ts';

/** Looks at what a probe of headers can't tell about pictures, where a plan needs it. */
export async function lookAtPictures(
  found: FoundFfmpeg,
  { input, probe, path }: { input: TranscodeInput; probe: MediaProbe; path: string },
  options: { signal: AbortSignal },
): Promise<{ probe: MediaProbe; fields: PictureFacts['fields'] }> {
  const { video } = probe;
  if (video === undefined) return { probe, fields: undefined };
  const fields = needsFieldScan(input.picture, video)
    ? await scanFields(found, path, { probe, video }, options)
    : undefined;
  const isHighRange = video.colour?.transfer === 'smpte2084' || video.colour?.transfer === 'arib-std-b67';
  const light = isHighRange && video.contentLight === undefined ? await probeLight(found, path, video, options) : {};
  return { probe: { ...probe, video: { ...light, ...video } }, fields };
}
