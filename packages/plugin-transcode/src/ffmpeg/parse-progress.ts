/** One report of `ffmpeg -progress`. */
export interface FfmpegProgress {
  /** Pictures of the first output that has any. */
  readonly frame: number;
  readonly fps: number | undefined;
  /** Times real time. */
  readonly speed: number | undefined;
  readonly ended: boolean;
}

/** Reads `-progress` as it comes, in pieces of any size; gives each whole report. */
export function createProgressParser(): (text: string) => FfmpegProgress[] {
  let rest = '';
  let fields: Record<string, string> = {};
  return (text) => {
    const lines = (rest + text).split('\n');
    // A line without an end is broken or hostile: keep no more than a report's worth.
    rest = (lines.pop() ?? '').slice(-4096);
    const reports: FfmpegProgress[] = [];
    for (const line of lines) {
      const at = line.indexOf('=');
      if (at === -1) continue;
      const key = line.slice(0, at).trim();
      fields[key] = line.slice(at + 1).trim();
      if (key !== 'progress') continue;
      const frame = positive(fields.frame) ?? 0;
      reports.push({
        frame: Math.floor(frame),
        fps: positive(fields.fps),
        speed: positive(fields.speed),
        ended: fields.progress === 'end',
      });
      fields = {};
    }
    return reports;
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
