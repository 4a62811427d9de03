import { writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { OutputResult } from '../capability/output.ts';
import { HLS_TYPE, part } from '../job/part.ts';
import { round } from '../job/round.ts';
import type { PlannedHls } from '../plan/transcode-plan.ts';
import { writeMasterPlaylist } from '../plan/write-master-playlist.ts';
import { peakBitrate } from './peak-bitrate.ts';
import { targetSeconds } from './target-seconds.ts';
import { type ListedSegment, writeMediaPlaylist } from './write-media-playlist.ts';
import { writeTextSegments } from './write-texts.ts';
import { frameRateOf, type WrittenStream, type WrittenStreams } from './written-streams.ts';

export interface WriteHlsInput {
  /** The output folder. */
  readonly directory: string;
  readonly hls: PlannedHls;
  readonly streams: WrittenStreams;
  readonly segmentSeconds: number;
}

/** Writes the playlists of segments that are there: exact durations, one target duration, keyframe playlists and the master. */
export async function writeHls({ directory, hls, streams, segmentSeconds }: WriteHlsInput): Promise<OutputResult> {
  const { pictures, sounds, texts } = streams;
  const all = [...pictures, ...sounds];
  const target = targetSeconds(all.flatMap(({ facts }) => facts.list));
  for (const { stream, facts } of all) {
    const map = hls.container === 'fmp4' ? basename(stream.initSection) : undefined;
    const text = writeMediaPlaylist(facts.list, { map, target });
    await writeFile(join(directory, stream.playlist), text);
  }
  const beside = (path: string) => relative(hls.name, path);
  const variants = [];
  for (const written of pictures) {
    const { stream, facts } = written;
    const { width, height, range, codec = 'unknown' } = facts.init;
    const { bitrate, peakBitrate: peak } = facts;
    const iFrames = hls.iFrames ? await writeIFrames(directory, written) : undefined;
    variants.push({
      ...{ uri: beside(stream.playlist), width, height, frameRate: frameRateOf(facts), codec, range },
      ...{ bitrate, peakBitrate: peak, iFrames: iFrames && { ...iFrames, uri: beside(iFrames.path) } },
    });
  }
  const groups = sounds.map(({ stream, facts, label, language }) => {
    const { codec = 'unknown', channels } = facts.init;
    const { bitrate, peakBitrate: peak } = facts;
    return { uri: beside(stream.playlist), codec, channels, bitrate, peakBitrate: peak, label, language };
  });
  const durations = all[0]?.facts.list.map(({ seconds }) => seconds) ?? [];
  const spoken = [];
  for (const { directory: own, label, language, forced, isDefault, cues, ...text } of texts) {
    if (own === undefined) continue;
    const whole = { ...text, label, language, forced, isDefault, cues, directory: own };
    const written = await writeTextSegments(whole, { directory, durations, target, container: hls.container });
    spoken.push({ ...written, uri: beside(written.playlist), label, language, forced, isDefault });
  }
  const master = writeMasterPlaylist(variants, { sounds: groups, texts: spoken, soundAlone: hls.soundAlone });
  await writeFile(join(directory, hls.master), master);
  return {
    kind: 'hls',
    name: hls.name,
    container: hls.container,
    master: part(hls.master, HLS_TYPE),
    files: [
      part(hls.master, HLS_TYPE),
      ...all.flatMap(({ stream }) => [
        part(stream.playlist, HLS_TYPE),
        ...(hls.container === 'fmp4' ? [part(stream.initSection, 'video/mp4')] : []),
      ]),
      ...spoken.map(({ playlist }) => part(playlist, HLS_TYPE)),
      ...(hls.iFrames ? pictures.map((written) => part(iFramesPath(written), HLS_TYPE)) : []),
    ],
    segments: [...all.map(({ facts }) => facts), ...spoken].reduce((sum, { segments }) => sum + segments, 0),
    segmentSeconds: round(segmentSeconds, 6),
  };
}

function iFramesPath({ stream }: WrittenStream): string {
  return `${stream.directory}/iframes.m3u8`;
}

/** Lists the keyframe that each segment starts with, as a part of the segment: its index and its first sample. */
async function writeIFrames(
  directory: string,
  written: WrittenStream,
): Promise<{ path: string; bitrate: number; peakBitrate: number }> {
  const { stream, facts } = written;
  const frames: (ListedSegment & { bytes: number })[] = facts.list.flatMap(({ uri, seconds, first }) =>
    first === undefined ? [] : [{ uri, seconds, range: first, bytes: first.bytes }],
  );
  const path = iFramesPath(written);
  const text = writeMediaPlaylist(frames, { map: basename(stream.initSection), iFramesOnly: true });
  await writeFile(join(directory, path), text);
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  const bitrate = facts.seconds > 0 ? Math.round((bytes * 8) / facts.seconds) : 0;
  return { path, bitrate, peakBitrate: Math.max(bitrate, peakBitrate(frames)) };
}
