const GLYPH = /fontselect: failed to find any fallback with glyph 0x([\dA-Fa-f]+)/g;

/** Whether subtitles were to be drawn and there is no font at all: then nothing is drawn, and ffmpeg goes on. */
export function lacksFont(stderr: string): boolean {
  return lettersOf(stderr).has('0');
}

/** Says in words that subtitles have letters which no font here has. */
export function findMissingLetters(stderr: string): string[] {
  const letters = [...lettersOf(stderr)].map((code) => String.fromCodePoint(Number.parseInt(code, 16)));
  if (letters.length === 0) return [];
  return [`No font here has these letters of the subtitles that were drawn: ${letters.slice(0, 20).join(' ')}.`];
}

function lettersOf(stderr: string): Set<string> {
  return new Set([...stderr.matchAll(GLYPH)].map(([, code = '']) => code.toLowerCase()));
}
