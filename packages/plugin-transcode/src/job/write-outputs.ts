import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputResult, TranscodeOutput } from '../capability/output.ts';
import { writeMasterPlaylist } from '../plan/write-master-playlist.ts';
import { writeThumbnailTrack } from '../plan/write-thumbnail-track.ts';
import type { DescribeOutputInput } from './describe-output.ts';
import { HLS_TYPE, part } from './part.ts';
import { round } from './round.ts';

/** Writes the playlists and tracks that follow from what was encoded, and names the files of every output. */
export async function writeOutputs(
  input: DescribeOutputInput,
  renditions: TranscodeOutput['renditions'],
): Promise<OutputResult[]> {
  const { plan, facts, audioFacts, directory } = input;
  const outputs: OutputResult[] = [];
  if (plan.hls !== undefined) {
    const { name, master, segmentSeconds } = plan.hls;
    const variants = renditions.map((rendition) => ({ ...rendition, uri: `${rendition.name}/index.m3u8` }));
    const sound =
      plan.audio === undefined || audioFacts === undefined
        ? undefined
        : {
            uri: 'audio/index.m3u8',
            codec: 'mp4a.40.2',
            channels: plan.audio.channels,
            bitrate: audioFacts.bitrate,
            peakBitrate: audioFacts.peakBitrate,
          };
    await writeFile(join(directory, master), writeMasterPlaylist(variants, sound));
    const streams = [...plan.renditions, ...(plan.audio === undefined ? [] : [plan.audio])];
    const files = streams.flatMap(({ playlist, initSection }) => [
      part(playlist, HLS_TYPE),
      part(initSection, 'video/mp4'),
    ]);
    const segments = [...facts, ...(audioFacts === undefined ? [] : [audioFacts])].reduce(
      (sum, one) => sum + one.segments,
      0,
    );
    outputs.push({
      kind: 'hls',
      name,
      master: part(master, HLS_TYPE),
      files: [part(master, HLS_TYPE), ...files],
      segments,
      segmentSeconds: round(segmentSeconds, 6),
    });
  }
  if (plan.mp4 !== undefined) {
    outputs.push({
      kind: 'mp4',
      name: plan.mp4.name,
      files: plan.mp4.files.map(({ file }) => part(file, 'video/mp4')),
    });
  }
  const seconds = facts[0]?.seconds ?? (plan.expectedFrames ?? 1) * (plan.frameRate.den / plan.frameRate.num);
  for (const sheet of plan.thumbnails) {
    const sheets = (await readdir(join(directory, sheet.name))).filter((file) => file.endsWith('.jpg')).sort();
    const { text, pictures } = writeThumbnailTrack(sheet, sheets, seconds);
    await writeFile(join(directory, sheet.track), text);
    const { name, width, height, everySeconds } = sheet;
    const files = sheets.map((file) => part(`${name}/${file}`, 'image/jpeg'));
    outputs.push({
      kind: 'thumbnails',
      name,
      track: part(sheet.track, 'text/vtt'),
      files,
      pictures,
      width,
      height,
      everySeconds,
    });
  }
  return outputs;
}
