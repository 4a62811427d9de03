import type { Cue } from '../media/cue.ts';

/** What stands between the header and the first cue. */
export interface WriteVttOptions {
  /** Where second 0 lies on the clock of MPEG-TS, in ticks of 90 kHz: for segments of HLS. @default not stated */
  readonly mpegTs?: number | undefined;
}

/** Writes WebVTT. What is no mark-up that players know is escaped, so that all of it is shown. */
export function writeVtt(cues: readonly Cue[], { mpegTs }: WriteVttOptions = {}): string {
  const map = mpegTs === undefined ? '' : `X-TIMESTAMP-MAP=MPEGTS:${mpegTs},LOCAL:00:00:00.000\n`;
  const written = cues.map(({ start, end, settings, text }) => {
    const times = `${clock(start)} --> ${clock(end)}`;
    return `${settings === '' ? times : `${times} ${settings}`}\n${escaped(text)}\n`;
  });
  return [`WEBVTT\n${map}`, ...written].join('\n');
}

/** The cues of a piece of the source, as the piece counts time. Those that begin before it or end after it are cut. */
export function clipCues(cues: readonly Cue[], startSeconds: number, durationSeconds: number): Cue[] {
  return cues.flatMap((cue) => {
    const start = Math.max(0, cue.start - startSeconds);
    const end = Math.min(durationSeconds, cue.end - startSeconds);
    return end > start + 0.0005 ? [{ ...cue, start, end }] : [];
  });
}

function clock(seconds: number): string {
  const total = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(total / 3_600_000)}:${two((total / 60_000) % 60)}:${two((total / 1000) % 60)}.${String(total % 1000).padStart(3, '0')}`;
}

const ENTITY = /&(?!(?:amp|lt|gt|nbsp|lrm|rlm|#\d+|#x[\da-f]+);)/gi;
const OPENING = /<(?!\/?(?:b|i|u|c|v|ruby|rt|lang)(?:[.\s][^<>]*)?>|\d\d:\d\d)/gi;

function escaped(text: string): string {
  return text.replace(ENTITY, '&amp;').replace(OPENING, '&lt;').replaceAll('-->', '--&gt;');
}
