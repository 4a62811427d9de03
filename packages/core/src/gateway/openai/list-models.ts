import type { Gateway } from '../create-gateway.ts';

/** Lists the models that offers of the given capabilities name, each once, with what it can do here. */
export function listModels(gateway: Pick<Gateway, 'query'>, capabilities: readonly string[]) {
  const found = new Map<string, { capabilities: Set<string>; orchestrators: Set<string> }>();
  for (const capability of capabilities)
    for (const offer of gateway.query({ capability }))
      for (const model of offer.models) {
        const entry = found.get(model) ?? { capabilities: new Set(), orchestrators: new Set() };
        entry.capabilities.add(offer.capability);
        entry.orchestrators.add(offer.orchestrator.url);
        found.set(model, entry);
      }
  return [...found].map(([id, entry]) => ({
    id,
    object: 'model',
    // OpenAI's API names when a model was made; offers do not say.
    created: 0,
    owned_by: 'byoc',
    byoc: { capabilities: [...entry.capabilities], orchestrators: [...entry.orchestrators] },
  }));
}
