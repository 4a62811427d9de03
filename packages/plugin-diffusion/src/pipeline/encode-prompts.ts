import { ImageFailure } from '../model/image-failure.ts';
import type { EncoderFacts } from '../model/model-folder.ts';
import type { PromptTokenizer } from '../model/prompt-tokenizer.ts';
import { chunkPrompt, emptyChunk, type PromptChunk } from './chunk-prompt.ts';
import { behind, besides, concat, type EncodedPrompt } from './combine-states.ts';
import type { LoadedModel } from './loaded-model.ts';
import { parsePrompt } from './parse-prompt.ts';
import { type Result, runNetwork } from './run-network.ts';

/** A prompt and what not to show, of the same length. */
export interface EncodedPrompts {
  readonly prompt: EncodedPrompt;
  readonly negative: EncodedPrompt;
}

/** Words of T5 that Stable Diffusion 3 is given as zeros where the encoder is left out. */
const ABSENT_T5_WORDS = 256;

/** Reads both prompts with each text encoder of the model. @throws ImageFailure */
export async function encodePrompts(
  model: LoadedModel,
  prompt: string,
  negativePrompt: string,
  signal: AbortSignal,
): Promise<EncodedPrompts> {
  const { family, encoders, guidedBy } = model.folder;
  const texts = [prompt, guidedBy === 'prompts' ? negativePrompt : ''].map(parsePrompt);
  const readings = encoders.map((encoder, at) => {
    const tokenizer = model.tokenizers[at] as PromptTokenizer;
    return { encoder, tokenizer, chunks: texts.map((pieces) => chunkPrompt(pieces, tokenizer)) };
  });
  const countOf = (wanted: EncoderFacts['kind']) =>
    Math.max(
      ...readings.flatMap(({ encoder, chunks }) => (encoder.kind === wanted ? chunks.map((list) => list.length) : [])),
    );
  const encode = async (which: 0 | 1): Promise<EncodedPrompt> => {
    const parts: EncodedPrompt[] = [];
    for (const { encoder, tokenizer, chunks } of readings) {
      const own = chunks[which] as PromptChunk[];
      const missing = countOf(encoder.kind) - own.length;
      const padded = [...own, ...Array.from({ length: missing }, () => emptyChunk(tokenizer))];
      parts.push(await encodeChunks(model, encoder, padded, signal));
    }
    return combine(model, parts);
  };
  const wanted = await encode(0);
  // What leads nowhere need not be read.
  if (guidedBy !== 'prompts') return { prompt: wanted, negative: wanted };
  const negative = await encode(1);
  // SDXL was trained with zeros where nothing is said.
  if (family !== 'stable-diffusion-xl' || negativePrompt.trim() !== '') return { prompt: wanted, negative };
  const [states, pooled] = [new Float32Array(negative.states.length), new Float32Array(negative.pooled?.length ?? 0)];
  return { prompt: wanted, negative: { ...negative, states, pooled } };
}

/** Brings together what the encoders said, as the family's network was trained with it. */
function combine({ folder }: LoadedModel, parts: readonly EncodedPrompt[]): EncodedPrompt {
  const [first, second, third] = parts as [EncodedPrompt, EncodedPrompt, EncodedPrompt | undefined];
  switch (folder.family) {
    case 'stable-diffusion':
    case 'stable-diffusion-xl':
      return besides(parts);
    case 'stable-diffusion-3':
      return behind(besides([first, second]), third ?? silence(ABSENT_T5_WORDS, folder.statesWidth ?? 0));
    case 'flux':
      return { ...second, pooled: first.pooled };
  }
}

function silence(length: number, width: number): EncodedPrompt {
  return { states: new Float32Array(length * width), length, width, pooled: undefined };
}

async function encodeChunks(
  model: LoadedModel,
  encoder: EncoderFacts,
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
    const results = await runNetwork(model, encoder.part, { input_ids: { dims: [1, ids.length], data: ids } }, names);
    const { dims, data } = results[states] as Result;
    [length, width] = [length + (dims[1] ?? 0), dims[2] ?? 0];
    read.push(weigh(data, weights, width));
    summary ??= pooled === undefined ? undefined : results[pooled]?.data;
  }
  return { states: concat(read), length, width, pooled: summary };
}

/** The names of the outputs that count. */
function outputsOf(model: LoadedModel, encoder: EncoderFacts): { states: string; pooled: string | undefined } {
  const names = model.sessions[encoder.part]?.outputs.map(({ name }) => name) ?? [];
  const hidden = names
    .filter((name) => /^hidden_states\.\d+$/.test(name))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
  const last = names.includes('last_hidden_state') ? 'last_hidden_state' : names[0];
  const states = encoder.states === 'last' ? last : hidden.at(-2);
  const pooled = names.find((name) => name === encoder.pooled);
  if (states === undefined || pooled !== encoder.pooled) {
    throw new ImageFailure({
      reason: 'model-unfit',
      message: `\`${encoder.part}\` of the model \`${model.folder.name}\` gives no hidden states or no \`${encoder.pooled ?? 'last_hidden_state'}\``,
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
