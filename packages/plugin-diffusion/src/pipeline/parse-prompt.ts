/** A piece of a prompt and how much it counts. */
export interface PromptPiece {
  readonly text: string;
  readonly weight: number;
  /** A chunk ends before it (`BREAK`). */
  readonly startsChunk: boolean;
}

const TOKEN = /\\[\\()[\]]|\\|\(|\[|:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)|\)|\]|\bBREAK\b|[^\\()[\]:B]+|:|B/g;
const UP = 1.1;

/**
 * Reads a prompt's weights by the common convention: `(word)` counts 1.1 times, `(word:1.3)` 1.3 times, `[word]` 1 / 1.1 times; they
 * nest. `\(` is a bracket that is meant. Brackets that do not close count to the end.
 */
export function parsePrompt(prompt: string): PromptPiece[] {
  const pieces: { text: string; weight: number; startsChunk: boolean }[] = [];
  const open: { bracket: '(' | '['; from: number }[] = [];
  let startsChunk = false;
  const add = (text: string) => {
    pieces.push({ text, weight: 1, startsChunk });
    startsChunk = false;
  };
  const close = (bracket: '(' | '[', times: number, otherwise: string) => {
    if (open.at(-1)?.bracket !== bracket) return add(otherwise);
    const { from } = open.pop() as { from: number };
    for (const piece of pieces.slice(from)) piece.weight *= times;
  };
  for (const match of prompt.matchAll(TOKEN)) {
    const [token, times] = match;
    if (token.startsWith('\\') && token.length === 2) add(token.slice(1));
    else if (token === '(' || token === '[') open.push({ bracket: token, from: pieces.length });
    else if (times !== undefined) close('(', Number(times), token);
    else if (token === ')') close('(', UP, token);
    else if (token === ']') close('[', 1 / UP, token);
    else if (token === 'BREAK') startsChunk = true;
    else add(token);
  }
  for (const { bracket, from } of open)
    for (const piece of pieces.slice(from)) piece.weight *= bracket === '(' ? UP : 1 / UP;
  return joined(pieces);
}

function joined(pieces: readonly PromptPiece[]): PromptPiece[] {
  const result: PromptPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last !== undefined && last.weight === piece.weight && !piece.startsChunk)
      result[result.length - 1] = { ...last, text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}
