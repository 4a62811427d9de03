/** What a decoder needs to say whose bytes were bad. */
export interface WireContext {
  /** Empty while it is not known. */
  readonly jobId: string;
  /** Who sent the bytes, for people. */
  readonly peer: string;
}
