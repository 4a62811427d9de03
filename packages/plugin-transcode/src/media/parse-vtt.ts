import type { Cue } from './cue.ts';

const TIMES = /^\s*((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]*(.*)$/;

/** Reads WebVTT as ffmpeg writes it, where a text may have empty lines, which end a cue for everybody else. Cues in the order of their starts. */
export function parseVtt(text: string): Cue[] {
  const cues: { start: number; end: number; settings: string; lines: string[] }[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (const [at, line] of lines.entries()) {
    const times = TIMES.exec(line);
    if (times !== null) {
      const [, start = '', end = '', settings = ''] = times;
      cues.push({ start: seconds(start), end: seconds(end), settings: settings.trim(), lines: [] });
    } else if (line.trim() !== '' && !TIMES.test(lines[at + 1] ?? '')) cues.at(-1)?.lines.push(line);
    // What stands alone above the times is a cue's name; below others it is a last line.
    else if (line.trim() !== '' && (lines[at - 1] ?? '').trim() !== '') cues.at(-1)?.lines.push(line);
  }
  return cues
    .map(({ lines: own, ...cue }) => ({ ...cue, text: own.join('\n') }))
    .filter(({ start, end, text: shown }) => end > start && shown !== '')
    .sort((one, other) => one.start - other.start || one.end - other.end);
}

function seconds(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
