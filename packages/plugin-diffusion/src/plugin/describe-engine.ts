import type { SetupResult } from '@byoc/core';
import type { ImageEngine } from '../engine/image-engine.ts';

/** What a worker tells of its engine. */
export function describeEngine(engine: ImageEngine): SetupResult {
  const models = engine.models();
  const { name, version, provider } = engine.identity;
  return {
    slots: engine.slots,
    // Of words to pictures alone: that is what gateways list them for.
    models: models.filter(({ use = 'generate' }) => use === 'generate').map(({ name }) => name),
    details: {
      ...{ engine: name, version, provider, ...engine.details },
      models: models.map(({ name, use = 'generate', loaded, memoryBytes = null }) => ({
        name,
        use,
        loaded,
        memoryBytes,
      })),
    },
  };
}
