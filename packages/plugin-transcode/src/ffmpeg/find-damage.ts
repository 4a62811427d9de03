import { withoutPaths } from './last-line.ts';

/** What decoders and demuxers of every ffmpeg say about data that is not right. */
const DAMAGE =
  /corrupt|error while decoding|Error while decoding|Error submitting packet|Invalid data found|invalid as first byte|decode_slice_header|non-existing PPS|exceeds specified max pixel|partial file$|Truncat|too large|out of range|concealing/i;

/** Says in words that a source could only be read with errors; undefined when ffmpeg reported none. `stderr`: of a run that ended well. */
export function findDamage(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => /\[(error|warning)\]/.test(line) && DAMAGE.test(line));
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  return `The source is damaged, which its pictures or sound may show (ffmpeg: ${withoutPaths(last)}).`;
}
