import { TranscodeFailure } from '../media/transcode-failure.ts';

/** Which tracks a job asks for. */
export type TrackSelection =
  | 'first'
  | 'all'
  | readonly { readonly track: number; readonly language?: string | undefined; readonly name?: string | undefined }[];

/** A track, with what was asked about it. */
export interface SelectedTrack<T> {
  readonly stream: T;
  readonly asked: { readonly language?: string | undefined; readonly name?: string | undefined };
}

/** Picks tracks. Of a source that has none, none. @throws TranscodeFailure when one is named that is not there, or twice */
export function selectTracks<T>(streams: readonly T[], which: TrackSelection, kind: string): SelectedTrack<T>[] {
  if (streams.length === 0) return [];
  if (typeof which === 'string') {
    return (which === 'first' ? streams.slice(0, 1) : streams).map((stream) => ({ stream, asked: {} }));
  }
  return which.map((asked, at) => {
    const stream = streams[asked.track];
    if (stream !== undefined && which.findIndex(({ track }) => track === asked.track) === at) return { stream, asked };
    throw new TranscodeFailure({
      reason: 'track-missing',
      message:
        stream === undefined
          ? `The source has ${streams.length} ${kind} tracks, and track ${asked.track} is not among them`
          : `The ${kind} track ${asked.track} is asked for twice`,
      hint: `Name tracks by their number among the ${kind} tracks, from 0, each once.`,
      recovery: 'fix-request',
    });
  });
}
