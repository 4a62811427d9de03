import type { PictureSettings } from '../capability/picture-settings.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { scanFields } from '../ffmpeg/scan-fields.ts';
import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import { needsFieldScan, selectDeinterlace } from '../plan/picture/select-deinterlace.ts';
import type { NotCut } from './prepare-pieces.ts';

/** Whether the pictures of all pieces are deinterlaced. */
export interface SettledFields {
  readonly when: 'always' | 'never';
  readonly warnings: readonly string[];
}

/** Decides for the whole source, as one job would. */
export async function settleFields(
  found: FoundFfmpeg,
  path: string,
  { settings, probe, video }: { settings: Pick<PictureSettings, 'deinterlace'>; probe: MediaProbe; video: VideoStream },
  signal: AbortSignal,
): Promise<SettledFields | NotCut> {
  const fields = needsFieldScan(settings, video)
    ? await scanFields(found, path, { probe, video }, { signal })
    : undefined;
  const chosen = selectDeinterlace(settings, video, fields);
  if (chosen === undefined) return { when: 'never', warnings: [] };
  const always = { deinterlace: { ...settings.deinterlace, when: 'always' as const } };
  // A piece goes by what the stream says of its fields, not by what was seen here.
  if (selectDeinterlace(always, video, undefined)?.filter !== chosen.filter)
    return { reason: 'its fields lie otherwise than it says' };
  return { when: 'always', warnings: chosen.warnings };
}
