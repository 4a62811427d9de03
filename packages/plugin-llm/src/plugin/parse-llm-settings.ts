import { z } from 'zod';
import type { ServerEngineOptions } from '../server/server-options.ts';
import { type AdaptedModel, adaptedModelsSchema } from './add-adapters.ts';
import type { FitnessProof } from './check-fitness.ts';

const count = z.coerce.number().int().positive().optional();

/** A setting that is JSON. */
const json = <T>(inner: z.ZodType<T>, shape: string) =>
  z.string().transform((text, context): T => {
    try {
      return inner.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: `must be a JSON array ${shape}` });
      return z.NEVER;
    }
  });

const argumentVector = json(z.array(z.string().min(1)).min(1), 'of texts, for example ["vllm","serve","model"]');
const adapted = json(
  adaptedModelsSchema,
  'of models with adapters, for example [{"name":"pirate","model":"qwen3-8b","adapters":[{"file":"pirate-lora.gguf"}]}]',
);

const schema = z.object({
  BYOC_LLM_MODELS_PATH: z.string().optional(),
  BYOC_MODELS_PATH: z.string().optional(),
  BYOC_LLM_ADAPTERS: adapted.default([]),
  BYOC_LLM_SLOTS: count,
  BYOC_LLM_CONTEXT_TOKENS: count,
  BYOC_LLM_MEMORY_BYTES: count,
  BYOC_LLM_THREADS: count,
  BYOC_LLM_SILENCE_MS: count,
  BYOC_LLM_GPU: z.enum(['auto', 'cpu']).default('auto'),
  BYOC_LLM_SERVER_COMMAND: argumentVector.optional(),
  BYOC_LLM_SERVER_URL: z.url({ protocol: /^https?$/ }).optional(),
  BYOC_LLM_SERVER_KEY: z.string().optional(),
  BYOC_LLM_PROOF_PROMPT: z.string().optional(),
  BYOC_LLM_PROOF_ANSWER: z.string().default(''),
});

/** What an operator sets. */
export interface LlmSettings {
  /** A folder of GGUF files, or of a folder for each model. @default where the host has brought models, else `models` beside the worker */
  readonly modelsPath: string | undefined;
  /** Models that are one of the folder with LoRA adapters. @default none */
  readonly adapted: readonly AdaptedModel[];
  readonly slots: number | undefined;
  readonly contextTokens: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly threads: number | undefined;
  /** How long the engine may say nothing. @default see LlmPluginOptions */
  readonly silenceMs: number | undefined;
  readonly gpu: 'auto' | 'cpu';
  /** The server that the worker is put in front of. @default none: llama.cpp in the worker itself */
  readonly server: Pick<ServerEngineOptions, 'command' | 'baseUrl' | 'apiKey'> | undefined;
  readonly proof: FitnessProof | undefined;
}

/** Reads the settings of a worker. @throws ZodError that names the variable */
export function parseLlmSettings(environment: Readonly<Record<string, string | undefined>>): LlmSettings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.parse(set);
  const prompt = parsed.BYOC_LLM_PROOF_PROMPT;
  const { BYOC_LLM_SERVER_COMMAND: command, BYOC_LLM_SERVER_URL: baseUrl } = parsed;
  const isServer = command !== undefined || baseUrl !== undefined;
  return {
    modelsPath: parsed.BYOC_LLM_MODELS_PATH ?? parsed.BYOC_MODELS_PATH,
    adapted: parsed.BYOC_LLM_ADAPTERS,
    slots: parsed.BYOC_LLM_SLOTS,
    contextTokens: parsed.BYOC_LLM_CONTEXT_TOKENS,
    memoryBytes: parsed.BYOC_LLM_MEMORY_BYTES,
    threads: parsed.BYOC_LLM_THREADS,
    silenceMs: parsed.BYOC_LLM_SILENCE_MS,
    gpu: parsed.BYOC_LLM_GPU,
    server: isServer ? { command, baseUrl, apiKey: parsed.BYOC_LLM_SERVER_KEY } : undefined,
    proof: prompt === undefined ? undefined : { prompt, answer: parsed.BYOC_LLM_PROOF_ANSWER },
  };
}
