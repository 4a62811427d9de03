import type { AudioSettings, EncodedAudioSettings } from '../capability/audio-settings.ts';
import type { AudioStream, MediaProbe } from '../media/media-probe.ts';
import type { Loudness } from '../media/parse-loudness.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { nameTrack } from './name-track.ts';
import { type PackagingPlan, requireTransportable } from './plan-packaging.ts';
import { selectTracks } from './select-tracks.ts';
import { streamAt } from './stream-at.ts';
import type { PlannedSound } from './transcode-plan.ts';

/** Plans the sound: a stream for each track, which all renditions share. @throws TranscodeFailure */
export function planSounds(
  settings: AudioSettings,
  probe: MediaProbe,
  { folder, hls }: Pick<PackagingPlan, 'folder' | 'hls'>,
  measured: ReadonlyMap<number, Loudness>,
): PlannedSound[] {
  if (settings.codec === 'none') return [];
  const sounds: PlannedSound[] = [];
  for (const { stream, asked } of selectTracks(probe.sounds, settings.tracks, 'sound')) {
    if (hls?.container === 'ts')
      requireTransportable(settings.codec === 'copy' ? stream.codec : settings.codec, ['aac', 'mp3', 'ac3', 'eac3']);
    const number = sounds.length + 1;
    const name = number === 1 ? 'audio' : `audio-${number}`;
    const fallback = number === 1 ? 'Main' : `Track ${number}`;
    const labels = sounds.map(({ label }) => label);
    sounds.push({
      ...{ ...streamAt(`${folder}/${name}`), name, index: stream.index },
      ...nameTrack(asked, stream, labels, fallback),
      ...encodingOf(settings, stream),
      ...loudnessOf(settings, measured.get(stream.index)),
    });
  }
  return sounds;
}

type Encoding = Pick<PlannedSound, 'codec' | 'bitrate' | 'channels' | 'sampleRate'>;

function loudnessOf(
  settings: EncodedAudioSettings,
  measured: Loudness | undefined,
): Pick<PlannedSound, 'loudness' | 'normalization'> {
  const target = settings.codec === 'copy' ? undefined : settings.loudness;
  const normalization = target === undefined || measured === undefined ? undefined : { target, measured };
  return { loudness: target, normalization };
}

/** Codecs that MP4 can hold as they are. */
const COPIED = ['aac', 'opus', 'mp3', 'flac', 'ac3', 'eac3'];

function encodingOf(settings: EncodedAudioSettings, stream: AudioStream): Encoding {
  if (settings.codec === 'copy') {
    const { channels, sampleRate } = stream;
    if (COPIED.includes(stream.codec)) return { codec: 'copy', bitrate: 0, channels, sampleRate };
    throw new TranscodeFailure({
      reason: 'audio-copy-unfit',
      message: `Sound in \`${stream.codec}\` can't be copied`,
      hint: `Ask for \`aac\` or \`opus\`; copied are ${COPIED.join(', ')}.`,
      recovery: 'fix-request',
    });
  }
  const channels = keptChannels(settings.channels, stream.channels);
  if (settings.codec === 'aac') {
    const bitrate = settings.bitrate ?? (channels > 2 ? 384_000 : 128_000);
    return { codec: 'aac', bitrate, channels, sampleRate: settings.sampleRate };
  }
  const bitrate = Math.min(256_000 * channels, settings.bitrate ?? (channels > 2 ? 256_000 : 96_000));
  return { codec: 'opus', bitrate, channels, sampleRate: 48_000 };
}

/** The layout asked for, or the largest that the source can fill. */
function keptChannels(asked: 1 | 2 | 6, source: number): number {
  return [6, 2, 1].find((channels) => channels <= asked && channels <= source) ?? 1;
}
