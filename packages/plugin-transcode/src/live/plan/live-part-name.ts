/** What a part of a live job is, by its name. */
export type LivePart =
  | { readonly type: 'segment'; readonly sequence: number; readonly discontinuity: boolean }
  | { readonly type: 'init' };

/**
 * Names the part of a segment: `segment-12.ts`, or `segment-12-discontinuity.ts` when the source's clock or picture does not go on from the
 * segment before. The initialization section of fragmented MP4 is `init.mp4`, or the start of each segment.
 *
 * @example
 * await job.send(livePartName(12), bytes)
 */
export function livePartName(
  sequence: number,
  options: { discontinuity?: boolean; container?: 'ts' | 'mp4' } = {},
): string {
  return `segment-${sequence}${options.discontinuity === true ? '-discontinuity' : ''}.${options.container ?? 'ts'}`;
}

/** Reads a part's name; undefined for one that means nothing here. */
export function parseLivePartName(name: string): LivePart | undefined {
  if (/^init(-\d{1,9})?\.mp4$/.test(name)) return { type: 'init' };
  const match = /^segment-(\d{1,12})(-discontinuity)?\.(ts|mp4|m4s)$/.exec(name);
  return match === null
    ? undefined
    : { type: 'segment', sequence: Number(match[1]), discontinuity: match[2] !== undefined };
}
