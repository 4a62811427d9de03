import type { SetupResult } from '@byoc/core';
import type { LlmEngine } from '../engine/llm-engine.ts';

/** What a worker tells of its engine: slots, and for each model whether it is loaded, its context and its memory. */
export function describeEngine(engine: LlmEngine): SetupResult {
  const models = engine.models();
  return {
    slots: engine.slots,
    models: models.map(({ name }) => name),
    deviceMemoryBytes: models.reduce((sum, { deviceMemoryBytes = 0 }) => sum + deviceMemoryBytes, 0),
    details: {
      engine: engine.name,
      models: models.map(({ name, loaded, contextTokens = null, memoryBytes = null, ...can }) => ({
        ...{ name, loaded, contextTokens, memoryBytes },
        chats: can.chats,
        embeds: can.embeds,
        sees: can.sees,
      })),
    },
  };
}
