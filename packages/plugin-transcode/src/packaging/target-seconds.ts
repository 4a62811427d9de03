/** The target duration of a set of media playlists: no segment, rounded to the nearest second, is longer (RFC 8216, 4.3.3.1). At least 1. */
export function targetSeconds(segments: readonly { readonly seconds: number }[]): number {
  return segments.reduce((longest, { seconds }) => Math.max(longest, Math.round(seconds)), 1);
}
