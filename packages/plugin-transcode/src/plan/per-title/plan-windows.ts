/** Seconds of a source. */
export interface TrialWindow {
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

const WINDOWS = 3;
const WINDOW_SECONDS = 2;

/** Spreads a few short windows over a source, or over a clip of it that starts at `offset`. A source that is hardly longer is one window. */
export function planWindows(seconds: number | undefined, offset = 0): readonly TrialWindow[] {
  const whole = WINDOWS * WINDOW_SECONDS;
  if (seconds === undefined || seconds <= whole * 1.5)
    return [{ startSeconds: offset, durationSeconds: Math.min(seconds ?? whole, whole * 1.5) }];
  return Array.from({ length: WINDOWS }, (_, at) => ({
    startSeconds: offset + (seconds * (2 * at + 1)) / (2 * WINDOWS) - WINDOW_SECONDS / 2,
    durationSeconds: WINDOW_SECONDS,
  }));
}
