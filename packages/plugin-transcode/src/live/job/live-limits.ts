/** What an operator allows a live job, besides what holds for every job of the plugin. */
export interface LiveLimits {
  /** Of one incoming segment. @default 67108864 */
  readonly maxSegmentBytes: number;
  /** @default 12 */
  readonly maxSegmentSeconds: number;
  /** No sign of ffmpeg for so long, with nothing left to read, is a hang. @default 3000 */
  readonly stallMs: number;
}

export const DEFAULT_LIVE_LIMITS: LiveLimits = {
  maxSegmentBytes: 64 * 1024 * 1024,
  maxSegmentSeconds: 12,
  stallMs: 3000,
};
