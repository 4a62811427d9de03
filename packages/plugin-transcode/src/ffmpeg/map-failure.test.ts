import { expect, it } from 'vitest';
import { mapFailure } from './map-failure.ts';

it('says what ffmpeg means', () => {
  const say = (stderr: string, signal: string | null = null) => {
    const { reason, message, recovery } = mapFailure(stderr, { exitCode: signal === null ? 1 : null, signal });
    return `${reason} (${recovery}): ${message}`;
  };
  expect([
    say("[hls @ 0x1] Format not on whitelist 'mov,avi'\nfile:/jobs/1/in/a: Invalid argument\n"),
    say('[mov @ 0x1] moov atom not found\nfile:/jobs/1/in/a: Invalid data found when processing input\n'),
    say('file:/jobs/1/in/a: Invalid data found when processing input\n'),
    say('av_interleaved_write_frame(): No space left on device\n'),
    say("[fatal] Unknown encoder 'libx264'\n"),
    say('', 'SIGKILL'),
    say(''),
  ]).toMatchInlineSnapshot(`
    [
      "source-format-refused (fix-request): The source is not a video file: playlists, scripts, pictures and text are refused (ffmpeg: Format not among those allowed)",
      "source-truncated (fix-request): The source has no readable index: it is cut off, or not a video (ffmpeg: a: Invalid data found when processing input)",
      "source-not-a-video (fix-request): The source is not a video that ffmpeg can read (ffmpeg: a: Invalid data found when processing input)",
      "disk-full (retry-other): The disk is full (ffmpeg: av_interleaved_write_frame(): No space left on device)",
      "ffmpeg-unsuitable (retry-other): This ffmpeg lacks what the job needs (ffmpeg: Unknown encoder 'libx264')",
      "ffmpeg-killed (retry-other): ffmpeg ended with signal SIGKILL",
      "ffmpeg-failed (retry-other): ffmpeg ended with exit code 1",
    ]
  `);
});
