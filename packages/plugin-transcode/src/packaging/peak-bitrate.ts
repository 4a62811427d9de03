import { targetSeconds } from './target-seconds.ts';

interface Sized {
  readonly seconds: number;
  readonly bytes: number;
}

/**
 * The peak segment bit rate (RFC 8216, 4.1): the largest of any run of segments that lasts 0.5 to 1.5 target durations. Never below the
 * average. Bits a second, rounded up.
 */
export function peakBitrate(segments: readonly Sized[]): number {
  const target = targetSeconds(segments);
  const total = segments.reduce(
    (sum, { bytes, seconds }) => ({ bytes: sum.bytes + bytes, seconds: sum.seconds + seconds }),
    {
      bytes: 0,
      seconds: 0,
    },
  );
  let peak = total.seconds > 0 ? (total.bytes * 8) / total.seconds : 0;
  for (const start of segments.keys()) {
    let bytes = 0;
    let seconds = 0;
    for (let at = start; at < segments.length; at += 1) {
      bytes += segments[at]?.bytes ?? 0;
      seconds += segments[at]?.seconds ?? 0;
      if (seconds > target * 1.5) break;
      if (seconds >= target * 0.5) peak = Math.max(peak, (bytes * 8) / seconds);
    }
  }
  return Math.ceil(peak);
}
