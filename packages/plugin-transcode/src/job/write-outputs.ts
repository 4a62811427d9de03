import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputResult } from '../capability/output.ts';
import { readAnimation } from '../media/read-animation.ts';
import { writeDash } from '../packaging/write-dash.ts';
import { writeHls } from '../packaging/write-hls.ts';
import type { WrittenStreams } from '../packaging/written-streams.ts';
import type { PlannedPreview, PlannedThumbnails, TranscodePlan } from '../plan/transcode-plan.ts';
import { writeThumbnailTrack } from '../plan/write-thumbnail-track.ts';
import { part } from './part.ts';

/** Writes the manifests and tracks that follow from what was encoded, and names the files of every output. `directory` is the output folder. */
export async function writeOutputs(
  plan: TranscodePlan,
  streams: WrittenStreams,
  directory: string,
): Promise<OutputResult[]> {
  const { hls, dash, mp4, soundFiles, textFiles, segmentSeconds } = plan;
  const outputs: OutputResult[] = [];
  if (hls !== undefined) outputs.push(await writeHls({ directory, hls, streams, segmentSeconds }));
  if (dash !== undefined) outputs.push(await writeDash(directory, dash, streams));
  if (mp4 !== undefined)
    outputs.push({ kind: 'mp4', name: mp4.name, files: mp4.files.map(({ file }) => part(file, 'video/mp4')) });
  if (soundFiles !== undefined) {
    const files = soundFiles.files.map(({ file }) => part(file, 'audio/mp4'));
    outputs.push({ kind: 'audio', name: soundFiles.name, files });
  }
  if (textFiles !== undefined) {
    const files = streams.texts.flatMap(({ file }) => (file === undefined ? [] : [part(file, 'text/vtt')]));
    outputs.push({ kind: 'subtitles', name: textFiles.name, files });
  }
  const seconds =
    streams.pictures[0]?.facts.seconds ?? (plan.expectedFrames ?? 1) * (plan.frameRate.den / plan.frameRate.num);
  for (const sheet of plan.thumbnails) outputs.push(await writeThumbnails(directory, sheet, seconds));
  for (const preview of plan.previews) outputs.push(await describePreview(directory, preview));
  return outputs;
}

async function describePreview(
  directory: string,
  { name, file, width, height }: PlannedPreview,
): Promise<OutputResult> {
  const { pictures, durationMs } = readAnimation(await readFile(join(directory, file)));
  return { kind: 'preview', name, file: part(file, 'image/webp'), width, height, pictures, durationMs };
}

async function writeThumbnails(directory: string, sheet: PlannedThumbnails, seconds: number): Promise<OutputResult> {
  const { name, track, width, height, when } = sheet;
  const sheets = (await readdir(join(directory, name))).filter((file) => file.endsWith('.jpg')).sort();
  const { text, pictures } = writeThumbnailTrack(sheet, sheets, seconds);
  await writeFile(join(directory, track), text);
  const asked = 'everySeconds' in when ? when : { atSeconds: when.atSeconds.slice(0, pictures) };
  const files = sheets.map((file) => part(`${name}/${file}`, 'image/jpeg'));
  return { kind: 'thumbnails', name, track: part(track, 'text/vtt'), files, pictures, width, height, ...asked };
}
