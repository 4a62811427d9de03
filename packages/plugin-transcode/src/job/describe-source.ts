import type { SourceProbe } from '../capability/output.ts';
import { displaySize, type MediaProbe } from '../media/media-probe.ts';
import { round } from './round.ts';

/** Says what is known about the source, of `bytes` bytes. */
export function describeSource(probe: MediaProbe, bytes: number): SourceProbe {
  const { video, audio } = probe;
  const rate = video?.averageRate ?? video?.realRate;
  return {
    format: probe.format,
    durationMs: round((probe.durationSeconds ?? 0) * 1000, 3),
    bytes,
    ...(video === undefined
      ? {}
      : {
          video: {
            codec: video.codec,
            ...displaySize(video),
            codedWidth: video.width,
            codedHeight: video.height,
            rotation: video.rotation,
            frameRate: rate === undefined ? 0 : round(rate.num / rate.den, 6),
            pixelFormat: video.pixelFormat,
          },
        }),
    ...(audio === undefined
      ? {}
      : { audio: { codec: audio.codec, channels: audio.channels, sampleRate: audio.sampleRate } }),
  };
}
