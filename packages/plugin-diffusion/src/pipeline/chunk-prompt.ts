import type { PromptTokenizer } from '../model/prompt-tokenizer.ts';
import type { PromptPiece } from './parse-prompt.ts';

/** What a text encoder reads at once: numbers with start, end and padding, and how much each counts. */
export interface PromptChunk {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/** Cuts a prompt of any length into chunks, 75 words' numbers each with CLIP; an empty prompt is one chunk. */
export function chunkPrompt(pieces: readonly PromptPiece[], tokenizer: PromptTokenizer): PromptChunk[] {
  const room = roomOf(tokenizer);
  const chunks: { ids: number[]; weights: number[] }[] = [{ ids: [], weights: [] }];
  for (const piece of pieces) {
    if (piece.startsChunk) chunks.push({ ids: [], weights: [] });
    for (const id of tokenizer.encode(piece.text)) {
      if ((chunks.at(-1)?.ids.length ?? room) >= room) chunks.push({ ids: [], weights: [] });
      chunks.at(-1)?.ids.push(id);
      chunks.at(-1)?.weights.push(piece.weight);
    }
  }
  return chunks.map((chunk) => closed(chunk, tokenizer));
}

/** A chunk of no words, to make a short prompt as long as another. */
export function emptyChunk(tokenizer: PromptTokenizer): PromptChunk {
  return closed({ ids: [], weights: [] }, tokenizer);
}

function closed({ ids, weights }: PromptChunk, tokenizer: PromptTokenizer): PromptChunk {
  const { start, end, pad } = tokenizer;
  const padding = Array.from({ length: roomOf(tokenizer) - ids.length }, () => pad);
  const first = start === undefined ? [] : [start];
  return {
    ids: [...first, ...ids, end, ...padding],
    weights: [...first.map(() => 1), ...weights, 1, ...padding.map(() => 1)],
  };
}

/** Words' numbers that fit beside start and end. */
function roomOf({ length, start }: PromptTokenizer): number {
  return length - (start === undefined ? 1 : 2);
}
