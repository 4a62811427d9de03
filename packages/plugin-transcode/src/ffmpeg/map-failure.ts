import type { Recovery } from '@byoc/core';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { lastLine } from './last-line.ts';

interface Row {
  readonly pattern: RegExp;
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
  readonly recovery: Recovery;
}

/** What ffmpeg says, and what it means. The first row that fits wins. */
const ROWS: readonly Row[] = [
  {
    pattern: /No such filter: '(drawtext|subtitles)'/,
    reason: 'text-unsupported',
    message: 'This ffmpeg can not draw text',
    hint: 'Choose another offer, or an ffmpeg that was built with libfreetype, fontconfig and libass.',
    recovery: 'retry-other',
  },
  {
    pattern:
      /Cannot find a valid font|Could not load font|fontselect: failed to find any fallback|No font filename provided/i,
    reason: 'font-missing',
    message: 'There is no font here to draw text with',
    hint: 'Choose another offer; whoever runs the worker installs fonts, for example `fonts-dejavu-core`.',
    recovery: 'retry-other',
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    reason: 'disk-full',
    message: 'The disk is full',
    hint: 'Free some space for job directories, or choose another offer.',
    recovery: 'retry-other',
  },
  {
    pattern: /Format not on whitelist|Protocol .* not on whitelist|No such demuxer/i,
    reason: 'source-format-refused',
    message: 'The source is not a video file: playlists, scripts, pictures and text are refused',
    hint: 'Send the video itself: MP4, MOV, MKV, WebM, MPEG-TS, AVI and similar.',
    recovery: 'fix-request',
  },
  {
    pattern: /Error marking filters as finished|Cannot determine format of input|Finishing stream .* without any data/i,
    reason: 'source-without-frames',
    message: 'Nothing of the source could be decoded',
    hint: 'Check that the file is whole, and that a clip lies inside it.',
    recovery: 'fix-request',
  },
  {
    pattern:
      /moov atom not found|End of file|partial file|Truncat|EBML header parsing failed|could not find corresponding t/i,
    reason: 'source-truncated',
    message: 'The source has no readable index: it is cut off, or not a video',
    hint: 'Send the whole file.',
    recovery: 'fix-request',
  },
  {
    pattern: /Invalid data found when processing input|could not find codec parameters/i,
    reason: 'source-not-a-video',
    message: 'The source is not a video that ffmpeg can read',
    hint: 'Check the file, for example with `ffprobe`.',
    recovery: 'fix-request',
  },
  {
    pattern: /Unknown encoder|Encoder not found|No such filter|Unrecognized option|Option not found/i,
    reason: 'ffmpeg-unsuitable',
    message: 'This ffmpeg lacks what the job needs',
    hint: 'Install an ffmpeg 4.1 or later with libx264 and aac.',
    recovery: 'retry-other',
  },
  {
    pattern: /Decoder .* not found|no decoder found|Decoding requested, but no decoder|Unknown decoder/i,
    reason: 'codec-unsupported',
    message: 'The source has a codec that this ffmpeg can not decode',
    hint: 'Convert the source to a common codec, or choose another offer.',
    recovery: 'retry-other',
  },
  {
    pattern: /Cannot allocate memory|Out of memory/i,
    reason: 'out-of-memory',
    message: 'ffmpeg ran out of memory',
    hint: 'Ask for fewer or smaller renditions, or choose an offer with more memory.',
    recovery: 'retry-other',
  },
];

/** Says why ffmpeg failed, from the end of what it wrote. Paths are left out: they are the worker's. */
export function mapFailure(
  stderr: string,
  ended: { exitCode: number | null; signal: string | null; still?: boolean },
): TranscodeFailure {
  if (ended.still === true) {
    return new TranscodeFailure({
      reason: 'ffmpeg-hung',
      message: 'ffmpeg did nothing any more and was ended',
      hint: 'Try again, here or at another offer; the log of the plugin has what ffmpeg wrote.',
      recovery: 'retry-other',
    });
  }
  const row = ROWS.find(({ pattern }) => pattern.test(stderr));
  const tail = lastLine(stderr);
  if (row !== undefined) {
    return new TranscodeFailure({ ...row, message: tail === '' ? row.message : `${row.message} (ffmpeg: ${tail})` });
  }
  const how = ended.signal === null ? `exit code ${ended.exitCode}` : `signal ${ended.signal}`;
  return new TranscodeFailure({
    reason: ended.signal === null ? 'ffmpeg-failed' : 'ffmpeg-killed',
    message: `ffmpeg ended with ${how}${tail === '' ? '' : `: ${tail}`}`,
    hint: 'The log of the plugin has all that it wrote.',
    recovery: 'retry-other',
  });
}
