import type { ClipTokenizer } from '../model/clip-tokenizer.ts';
import type { PromptPiece } from './parse-prompt.ts';

/** What a text encoder reads at once: numbers with start, end and padding, and how much each counts. */
export interface PromptChunk {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/** Cuts a prompt of any length into chunks, 75 words' numbers each with CLIP; an empty prompt is one chunk. */
export function chunkPrompt(pieces: readonly PromptPiece[], tokenizer: ClipTokenizer): PromptChunk[] {
  const room = tokenizer.length - 2;
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
export function emptyChunk(tokenizer: ClipTokenizer): PromptChunk {
  return closed({ ids: [], weights: [] }, tokenizer);
}

function closed({ ids, weights }: PromptChunk, { start, end, pad, length }: ClipTokenizer): PromptChunk {
  const padding = Array.from({ length: length - 2 - ids.length }, () => pad);
  const ones = Array.from({ length: padding.length + 1 }, () => 1);
  return { ids: [start, ...ids, end, ...padding], weights: [1, ...weights, ...ones] };
}
