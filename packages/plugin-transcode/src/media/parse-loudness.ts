import { z } from 'zod';

/** How loud a sound is, by EBU R 128. */
export interface Loudness {
  /** LUFS. */
  readonly integrated: number;
  /** dBTP. */
  readonly truePeak: number;
  /** LU. */
  readonly range: number;
  /** The gate, LUFS. */
  readonly threshold: number;
}

const value = z.string().transform(Number).pipe(z.number());
const report = z.object({ input_i: value, input_tp: value, input_lra: value, input_thresh: value });

/** Reads the report that ffmpeg's loudnorm prints at its end; undefined when there is none, or it is one of silence. */
export function parseLoudness(text: string): Loudness | undefined {
  const start = text.lastIndexOf('{');
  const end = text.indexOf('}', start);
  if (start === -1 || end === -1) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
  const parsed = report.safeParse(json);
  if (!parsed.success) return undefined;
  const { input_i: integrated, input_tp: truePeak, input_lra: range, input_thresh: threshold } = parsed.data;
  return { integrated, truePeak, range, threshold };
}
