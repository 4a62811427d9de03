/** How many pictures looked like what, to ffmpeg's idet filter. */
export interface FieldScan {
  readonly topFirst: number;
  readonly bottomFirst: number;
  readonly progressive: number;
  /** Pictures that have a field of the one before: of 3:2 pulldown every second or third. */
  readonly repeated: number;
  readonly pictures: number;
}

/**
 * Reads the lines that idet writes at its end; undefined when they are not there. ffmpeg from 7 on sets its filters up once before it knows the
 * pictures, and those write lines of zeros first.
 */
export function parseFieldScan(stderr: string): FieldScan | undefined {
  const last = (pattern: RegExp) => [...stderr.matchAll(pattern)].at(-1);
  const multi = last(/Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)/g);
  const repeats = last(/Repeated Fields: Neither:\s*(\d+) Top:\s*(\d+) Bottom:\s*(\d+)/g);
  if (multi === undefined) return undefined;
  const [topFirst = 0, bottomFirst = 0, progressive = 0, undetermined = 0] = multi.slice(1).map(Number);
  return {
    topFirst,
    bottomFirst,
    progressive,
    repeated: Number(repeats?.[2] ?? 0) + Number(repeats?.[3] ?? 0),
    pictures: topFirst + bottomFirst + progressive + undetermined,
  };
}
