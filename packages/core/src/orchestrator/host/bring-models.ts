import type { Manifest } from '../../manifest/manifest.ts';
import type { ModelSpec } from '../../manifest/model-spec.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { RuntimeProgress, WorkerModel } from '../../runtime/container-runtime.ts';
import type { ModelStore } from '../models/model-store.ts';

/** What bringing the models of a plugin needs. */
export interface BringModelsOptions {
  readonly manifest: Manifest;
  /** The operator's: each takes the place of the manifest's with its name, or comes to them. */
  readonly models: readonly ModelSpec[];
  readonly store: ModelStore;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called as long as something has to be fetched. */
  readonly onProgress: (progress: RuntimeProgress) => void;
}

/** Gives the models of a plugin's workers, fetched where they are not there yet. @throws ByocError MODEL_* */
export async function bringModels(options: BringModelsOptions): Promise<WorkerModel[]> {
  const { manifest, models, store, logger, signal } = options;
  const brought: WorkerModel[] = [];
  for (const model of planModels(manifest.models ?? [], models)) {
    let told = -1;
    const onProgress = (progress: RuntimeProgress) => {
      const tenth = Math.floor((progress.fraction ?? 0) * 10);
      if (tenth > told) {
        const { message } = progress;
        logger.info({ plugin: manifest.name, model: model.name, progress: message }, 'model-fetching');
      }
      told = Math.max(told, tenth);
      options.onProgress(progress);
    };
    const { name, path, type } = await store.fetch(model, { signal, onProgress });
    brought.push({ name, path, type });
  }
  return brought;
}

/** The manifest's models and the operator's; of two with one name, the operator's. */
export function planModels(stated: readonly ModelSpec[], own: readonly ModelSpec[]): ModelSpec[] {
  const byName = new Map([...stated, ...own].map((model) => [model.name, model]));
  return [...byName.values()];
}
