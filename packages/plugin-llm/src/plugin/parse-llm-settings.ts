import { z } from 'zod';
import type { FitnessProof } from './check-fitness.ts';

const count = z.coerce.number().int().positive().optional();

const schema = z.object({
  BYOC_LLM_MODELS_PATH: z.string().optional(),
  BYOC_LLM_SLOTS: count,
  BYOC_LLM_CONTEXT_TOKENS: count,
  BYOC_LLM_MEMORY_BYTES: count,
  BYOC_LLM_THREADS: count,
  BYOC_LLM_GPU: z.enum(['auto', 'cpu']).default('auto'),
  BYOC_LLM_PROOF_PROMPT: z.string().optional(),
  BYOC_LLM_PROOF_ANSWER: z.string().default(''),
});

/** What an operator sets. */
export interface LlmSettings {
  /** A folder of GGUF files. @default `models` beside the worker */
  readonly modelsPath: string | undefined;
  readonly slots: number | undefined;
  readonly contextTokens: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly threads: number | undefined;
  readonly gpu: 'auto' | 'cpu';
  readonly proof: FitnessProof | undefined;
}

/** Reads the settings of a worker. @throws ZodError that names the variable */
export function parseLlmSettings(environment: Readonly<Record<string, string | undefined>>): LlmSettings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.parse(set);
  const prompt = parsed.BYOC_LLM_PROOF_PROMPT;
  return {
    modelsPath: parsed.BYOC_LLM_MODELS_PATH,
    slots: parsed.BYOC_LLM_SLOTS,
    contextTokens: parsed.BYOC_LLM_CONTEXT_TOKENS,
    memoryBytes: parsed.BYOC_LLM_MEMORY_BYTES,
    threads: parsed.BYOC_LLM_THREADS,
    gpu: parsed.BYOC_LLM_GPU,
    proof: prompt === undefined ? undefined : { prompt, answer: parsed.BYOC_LLM_PROOF_ANSWER },
  };
}
