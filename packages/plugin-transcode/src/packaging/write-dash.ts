import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputResult } from '../capability/output.ts';
import { part } from '../job/part.ts';
import type { PlannedDash } from '../plan/transcode-plan.ts';
import { writeMpd } from './write-mpd.ts';
import { writeText } from './write-texts.ts';
import type { WrittenStreams } from './written-streams.ts';

/** The media type of MPDs. */
const DASH_TYPE = 'application/dash+xml';

/** Writes the manifest of segments that are there; nothing else. */
export async function writeDash(directory: string, dash: PlannedDash, streams: WrittenStreams): Promise<OutputResult> {
  await writeFile(join(directory, dash.manifest), writeMpd(streams, dash.base));
  const texts = streams.texts.flatMap((text) =>
    text.directory === undefined ? [] : [{ text, path: `${text.directory}/text.vtt` }],
  );
  for (const { text, path } of texts) await writeText(join(directory, path), text);
  const all = [...streams.pictures, ...streams.sounds];
  return {
    kind: 'dash',
    name: dash.name,
    manifest: part(dash.manifest, DASH_TYPE),
    files: [
      part(dash.manifest, DASH_TYPE),
      ...all.map(({ stream }) => part(stream.initSection, 'video/mp4')),
      ...texts.map(({ path }) => part(path, 'text/vtt')),
    ],
    segments: all.reduce((sum, { facts }) => sum + facts.segments, 0),
  };
}
