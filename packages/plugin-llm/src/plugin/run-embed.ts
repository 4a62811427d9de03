import type { JobContext } from '@byoc/core';
import type { EmbedInput, EmbedOutput, embed } from '../capability/embed.ts';
import type { LlmEngine } from '../engine/llm-engine.ts';
import { LlmFailure } from '../engine/llm-failure.ts';

/** The texts of an input, whichever way they were written. */
export function textsOf({ input }: EmbedInput): readonly string[] {
  return typeof input === 'string' ? [input] : input;
}

/** Runs one embedding job: cuts, normalizes and encodes what the engine gives. */
export async function runEmbed(engine: LlmEngine, context: JobContext<typeof embed>): Promise<EmbedOutput> {
  const { input, signal } = context;
  const { vectors, inputTokens, model, ignored } = await engine.embed({ input, texts: textsOf(input), signal });
  context.usage.set('input_tokens', inputTokens);
  const own = vectors[0]?.length ?? 0;
  const dimensions = input.dimensions ?? own;
  if (dimensions > own) {
    throw new LlmFailure({
      reason: 'dimensions-too-many',
      message: `Model ${model.name} has vectors of ${own} numbers, and ${dimensions} were asked for.`,
      hint: 'Ask for fewer, or leave `dimensions` out.',
      recovery: 'fix-request',
    });
  }
  const embeddings = vectors.map((vector) => {
    const cut = vector.slice(0, dimensions);
    const numbers = input.normalized ? normalize(cut) : cut;
    return input.encoding === 'base64' ? encode(numbers) : [...numbers];
  });
  return { embeddings, dimensions, usage: { inputTokens }, model, ignored: [...ignored] };
}

function normalize(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** 32-bit floats, little-endian. */
function encode(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
