import type { LlmEngine } from '../engine/llm-engine.ts';
import type { LlmSettings } from './parse-llm-settings.ts';
import { startLlama } from './start-llama.ts';

/** Makes the engine that the settings ask for: a model server where one is named, else llama.cpp in this process. */
export async function startEngine(settings: LlmSettings, home: string): Promise<LlmEngine> {
  const { server, slots } = settings;
  if (server === undefined) return startLlama(settings, home);
  const { createServerEngine } = await import('../server/server-engine.ts');
  return createServerEngine({ ...server, slots });
}
