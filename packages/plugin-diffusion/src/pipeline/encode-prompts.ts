import { ImageFailure } from '../model/image-failure.ts';
import type { ModelPart } from '../model/model-folder.ts';
import { chunkPrompt, emptyChunk, type PromptChunk } from './chunk-prompt.ts';
import type { LoadedModel } from './loaded-model.ts';
import { parsePrompt } from './parse-prompt.ts';
import { type Result, runNetwork } from './run-network.ts';

/** A prompt as the network takes it. */
export interface EncodedPrompt {
  /** Numbers of the chunks, one after the other. */
  readonly states: Float32Array;
  readonly length: number;
  readonly width: number;
  /** What the whole says in one vector (SDXL). */
  readonly pooled: Float32Array | undefined;
}

/** A prompt and what not to show, of the same length. */
export interface EncodedPrompts {
  readonly prompt: EncodedPrompt;
  readonly negative: EncodedPrompt;
}

/** Reads both prompts with each text encoder of the model. @throws ImageFailure */
export async function encodePrompts(
  model: LoadedModel,
  prompt: string,
  negativePrompt: string,
  signal: AbortSignal,
): Promise<EncodedPrompts> {
  const isXl = model.folder.family === 'stable-diffusion-xl';
  const encoders: ModelPart[] = isXl ? ['text_encoder', 'text_encoder_2'] : ['text_encoder'];
  const [wanted, unwanted] = [parsePrompt(prompt), parsePrompt(negativePrompt)];
  const both = encoders.map((_, at) => {
    const tokenizer = model.tokenizers[at] as LoadedModel['tokenizers'][number];
    return { tokenizer, chunks: [chunkPrompt(wanted, tokenizer), chunkPrompt(unwanted, tokenizer)] };
  });
  const count = Math.max(...both.flatMap(({ chunks }) => chunks.map((list) => list.length)));
  const encode = async (which: 0 | 1): Promise<EncodedPrompt> => {
    const parts: EncodedPrompt[] = [];
    for (const [at, encoder] of encoders.entries()) {
      const { tokenizer, chunks } = both[at] as (typeof both)[number];
      const own = chunks[which] as PromptChunk[];
      const padded = [...own, ...Array.from({ length: count - own.length }, () => emptyChunk(tokenizer))];
      parts.push(await encodeChunks(model, encoder, padded, signal));
    }
    return join(parts);
  };
  const encoded = { prompt: await encode(0), negative: await encode(1) };
  // SDXL was trained with zeros where nothing is said.
  if (!isXl || negativePrompt.trim() !== '') return encoded;
  const { negative } = encoded;
  return {
    prompt: encoded.prompt,
    negative: {
      ...negative,
      states: new Float32Array(negative.states.length),
      pooled: new Float32Array(negative.pooled?.length ?? 0),
    },
  };
}

async function encodeChunks(
  model: LoadedModel,
  encoder: ModelPart,
  chunks: readonly PromptChunk[],
  signal: AbortSignal,
): Promise<EncodedPrompt> {
  const { states, pooled } = outputsOf(model, encoder);
  const read: Float32Array[] = [];
  let summary: Float32Array | undefined;
  let [length, width] = [0, 0];
  for (const { ids, weights } of chunks) {
    signal.throwIfAborted();
    const names = pooled === undefined ? [states] : [states, pooled];
    const results = await runNetwork(model, encoder, { input_ids: { dims: [1, ids.length], data: ids } }, names);
    const { dims, data } = results[states] as Result;
    [length, width] = [length + (dims[1] ?? 0), dims[2] ?? 0];
    read.push(weigh(data, weights, width));
    summary ??= pooled === undefined ? undefined : results[pooled]?.data;
  }
  return { states: concat(read), length, width, pooled: summary };
}

/** Which outputs count: SDXL uses the last state but one, and the second encoder's summary. */
function outputsOf(model: LoadedModel, encoder: ModelPart): { states: string; pooled: string | undefined } {
  const names = model.sessions[encoder]?.outputs.map(({ name }) => name) ?? [];
  if (model.folder.family === 'stable-diffusion') {
    const states = names.includes('last_hidden_state') ? 'last_hidden_state' : names[0];
    return { states: states ?? '', pooled: undefined };
  }
  const hidden = names
    .filter((name) => /^hidden_states\.\d+$/.test(name))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
  const states = hidden.at(-2);
  const pooled = encoder === 'text_encoder_2' ? names.find((name) => name === 'text_embeds') : undefined;
  if (states === undefined || (encoder === 'text_encoder_2' && pooled === undefined)) {
    throw new ImageFailure({
      reason: 'model-unfit',
      message: `\`${encoder}\` of the model \`${model.folder.name}\` gives no hidden states or no \`text_embeds\``,
      hint: 'Export the model with `optimum-cli export onnx`, with output_hidden_states.',
      recovery: 'retry-other',
    });
  }
  return { states, pooled };
}

/** Multiplies each word's numbers with its weight, and brings the mean back to what it was. */
function weigh(states: Float32Array, weights: readonly number[], width: number): Float32Array {
  if (weights.every((weight) => weight === 1)) return states;
  const weighed = states.map((value, at) => value * (weights[Math.floor(at / width)] ?? 1));
  const [before, after] = [mean(states), mean(weighed)];
  return after === 0 ? weighed : weighed.map((value) => value * (before / after));
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Puts what several encoders say about each word side by side. */
function join(parts: readonly EncodedPrompt[]): EncodedPrompt {
  const [first, second] = parts as [EncodedPrompt, EncodedPrompt | undefined];
  if (second === undefined) return first;
  const width = first.width + second.width;
  const states = new Float32Array(first.length * width);
  for (let word = 0; word < first.length; word += 1) {
    states.set(first.states.subarray(word * first.width, (word + 1) * first.width), word * width);
    states.set(second.states.subarray(word * second.width, (word + 1) * second.width), word * width + first.width);
  }
  return { states, length: first.length, width, pooled: second.pooled };
}

function concat(arrays: readonly Float32Array[]): Float32Array {
  const [only] = arrays;
  if (arrays.length === 1 && only !== undefined) return only;
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
