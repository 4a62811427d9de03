import type { SetupResult } from '@byoc/core';
import type { ImageEngine } from '../engine/image-engine.ts';

/** What a worker tells of its engine. */
export function describeEngine(engine: ImageEngine): SetupResult {
  const models = engine.models();
  const { name, version, provider } = engine.identity;
  return {
    slots: engine.slots,
    models: models.map((model) => model.name),
    details: {
      ...{ engine: name, version, provider, ...engine.details },
      models: models.map(({ name, loaded, memoryBytes = null }) => ({ name, loaded, memoryBytes })),
    },
  };
}
