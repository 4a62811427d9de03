/** One entry of a moving playlist. */
export interface LiveEntry {
  /** Relative to the playlist; of a gap too, where nothing is. */
  readonly uri: string;
  readonly seconds: number;
  /** The initialization section, relative to the playlist. */
  readonly map: string;
  /** There is nothing to load. */
  readonly gap: boolean;
  /** A tag before it says that what follows does not go on from what was. */
  readonly discontinuity: boolean;
}

/** A moving window over a stream. */
export interface LiveWindow {
  readonly entries: readonly LiveEntry[];
  /** Of the first entry. */
  readonly mediaSequence: number;
  /** Discontinuity tags that have left the window. */
  readonly discontinuitySequence: number;
  readonly ended: boolean;
}

/** Adds entries to a window, and lets the oldest go. Pure. */
export function moveWindow(window: LiveWindow, added: readonly LiveEntry[], size: number): LiveWindow {
  const all = [...window.entries, ...added];
  const gone = all.splice(0, Math.max(0, all.length - size));
  return {
    ...window,
    entries: all,
    mediaSequence: window.mediaSequence + gone.length,
    discontinuitySequence: window.discontinuitySequence + gone.filter(({ discontinuity }) => discontinuity).length,
  };
}

/** Writes a media playlist (draft-pantos-hls-rfc8216bis). @param targetSeconds whole, and at least the rounded length of each entry */
export function writeLivePlaylist(window: LiveWindow, { targetSeconds }: { targetSeconds: number }): string {
  const lines = [
    ...['#EXTM3U', '#EXT-X-VERSION:8', `#EXT-X-TARGETDURATION:${targetSeconds}`],
    `#EXT-X-MEDIA-SEQUENCE:${window.mediaSequence}`,
    ...(window.discontinuitySequence > 0 ? [`#EXT-X-DISCONTINUITY-SEQUENCE:${window.discontinuitySequence}`] : []),
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let map: string | undefined;
  for (const entry of window.entries) {
    if (entry.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (entry.map !== map) lines.push(`#EXT-X-MAP:URI="${entry.map}"`);
    map = entry.map;
    if (entry.gap) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${entry.seconds.toFixed(5)},`, entry.uri);
  }
  if (window.ended) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
