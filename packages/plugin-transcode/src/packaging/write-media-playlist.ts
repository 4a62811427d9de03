import { targetSeconds } from './target-seconds.ts';

/** A segment of a playlist. */
export interface ListedSegment {
  /** Relative to the playlist. */
  readonly uri: string;
  readonly seconds: number;
  /** A part of the file. @default all of it */
  readonly range?: { readonly offset: number; readonly bytes: number } | undefined;
}

export interface MediaPlaylistOptions {
  /** The initialization section, relative to the playlist. @default none */
  readonly map?: string | undefined;
  /** Seconds; the same in all playlists of a master. @default by the longest segment */
  readonly target?: number | undefined;
  /** Each segment is one keyframe. @default false */
  readonly iFramesOnly?: boolean | undefined;
}

/** Writes a media playlist that is complete (RFC 8216). Every segment starts with a keyframe, or needs none. */
export function writeMediaPlaylist(segments: readonly ListedSegment[], options: MediaPlaylistOptions = {}): string {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${options.target ?? targetSeconds(segments)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    options.iFramesOnly === true ? '#EXT-X-I-FRAMES-ONLY' : '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(options.map === undefined ? [] : [`#EXT-X-MAP:URI="${options.map}"`]),
    ...segments.flatMap(({ uri, seconds, range }) => [
      `#EXTINF:${seconds.toFixed(6)},`,
      ...(range === undefined ? [] : [`#EXT-X-BYTERANGE:${range.bytes}@${range.offset}`]),
      uri,
    ]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}
