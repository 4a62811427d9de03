import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Lists the models that the host has brought: the folder of each, by its name. Once, before anything else runs. */
export function listModels(modelsPath: string | undefined): Record<string, string> {
  if (modelsPath === undefined) return {};
  return Object.fromEntries(
    readdirSync(modelsPath)
      .toSorted()
      .map((name) => [name, join(modelsPath, name)]),
  );
}
