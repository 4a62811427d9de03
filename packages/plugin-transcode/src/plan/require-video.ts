import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';

/** The pictures of a source. @throws TranscodeFailure when it has none, or none with a size */
export function requireVideo(probe: MediaProbe): VideoStream {
  if (probe.video !== undefined && probe.video.width > 0 && probe.video.height > 0) return probe.video;
  throw new TranscodeFailure({
    reason: probe.video === undefined ? 'source-without-video' : 'source-unreadable',
    message:
      probe.video === undefined
        ? `The source (${probe.format}) has no moving pictures`
        : 'The source does not tell the size of its pictures',
    hint: 'Send a file with a video stream, or ask for its sound alone: `ladder: "none"`, or an `audio` output.',
    recovery: 'fix-request',
  });
}
