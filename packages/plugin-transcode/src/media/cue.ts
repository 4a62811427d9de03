/** A text and when it is shown, in seconds from the start. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  /** WebVTT's cue settings, such as `align:start`; empty for none. */
  readonly settings: string;
  /** Lines without an empty one between them. */
  readonly text: string;
}
