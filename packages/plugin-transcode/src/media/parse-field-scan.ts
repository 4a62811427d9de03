/** How many pictures looked like what, to ffmpeg's idet filter. */
export interface FieldScan {
  readonly topFirst: number;
  readonly bottomFirst: number;
  readonly progressive: number;
  /** Pictures that have a field of the one before: of 3:2 pulldown every second or third. */
  readonly repeated: number;
  readonly pictures: number;
}

/** Reads the two lines that idet writes at its end; undefined when they are not there. */
export function parseFieldScan(stderr: string): FieldScan | undefined {
  const multi = /Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)/.exec(
    stderr,
  );
  const repeats = /Repeated Fields: Neither:\s*(\d+) Top:\s*(\d+) Bottom:\s*(\d+)/.exec(stderr);
  if (multi === null) return undefined;
  const [topFirst = 0, bottomFirst = 0, progressive = 0, undetermined = 0] = multi.slice(1).map(Number);
  return {
    topFirst,
    bottomFirst,
    progressive,
    repeated: Number(repeats?.[2] ?? 0) + Number(repeats?.[3] ?? 0),
    pictures: topFirst + bottomFirst + progressive + undetermined,
  };
}
