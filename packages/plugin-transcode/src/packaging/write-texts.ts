import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Cue } from '../media/cue.ts';
import type { PlannedText, TranscodePlan } from '../plan/transcode-plan.ts';
import { writeMediaPlaylist } from './write-media-playlist.ts';
import { clipCues, writeVtt } from './write-vtt.ts';

/** Subtitles with their cues, in the time of what is made. */
export interface WrittenText extends PlannedText {
  readonly cues: readonly Cue[];
}

/** A subtitle stream in segments. */
export interface SegmentedText {
  /** Relative to the output folder. */
  readonly playlist: string;
  readonly segments: number;
  /** Of the largest segment, bits a second. */
  readonly peakBitrate: number;
}

/** Writes a text whole, for those that take it so. */
export async function writeText(path: string, { cues }: WrittenText): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, writeVtt(cues));
}

/** Writes a text for HLS: cut where the pictures are cut, a cue in every segment that shows it, with the times of the whole. */
export async function writeTextSegments(
  text: WrittenText & { readonly directory: string },
  {
    directory,
    durations,
    target,
    container,
  }: {
    directory: string;
    durations: readonly number[];
    target: number;
    container: NonNullable<TranscodePlan['hls']>['container'];
  },
): Promise<SegmentedText> {
  await mkdir(join(directory, text.directory), { recursive: true });
  // Streams in MPEG-TS start at second 10.
  const mpegTs = container === 'ts' ? 900_000 : 0;
  let start = 0;
  let peakBitrate = 0;
  const segments: { uri: string; seconds: number }[] = [];
  for (const [at, seconds] of durations.entries()) {
    const end = start + seconds;
    const shown = text.cues.filter((cue) => cue.start < end && cue.end > start);
    const uri = `${String(at).padStart(5, '0')}.vtt`;
    const written = writeVtt(shown, { mpegTs });
    await writeFile(join(directory, text.directory, uri), written);
    peakBitrate = Math.max(peakBitrate, Math.ceil((Buffer.byteLength(written) * 8) / seconds));
    segments.push({ uri, seconds });
    start = end;
  }
  const playlist = `${text.directory}/index.m3u8`;
  await writeFile(join(directory, playlist), writeMediaPlaylist(segments, { target }));
  return { playlist, segments: segments.length, peakBitrate };
}

/** Brings the cues of the source to the time of a clip. */
export function writtenTexts(
  texts: readonly PlannedText[],
  cues: readonly (readonly Cue[])[],
  clip: { startSeconds: number; durationSeconds: number },
): WrittenText[] {
  return texts.map((text, at) => ({
    ...text,
    cues: clipCues(cues[at] ?? [], clip.startSeconds, clip.durationSeconds),
  }));
}
