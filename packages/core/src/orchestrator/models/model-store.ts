import type { ModelSpec } from '../../manifest/model-spec.ts';
import type { RuntimeProgress } from '../../runtime/container-runtime.ts';

/** A model that is on this machine, whole. Never written to. */
export interface StoredModel {
  readonly name: string;
  /** The model's folder, or its one file, on this machine. */
  readonly path: string;
  readonly type: 'folder' | 'file';
  /** `sha256:<hex>` over the names and the digests of its files; empty for what is used where it lies. */
  readonly digest: string;
}

/** Fetches models, and keeps them for all who need them. */
export interface ModelStore {
  /**
   * Gives a model, fetched when it is not there yet: it goes on where an earlier fetch broke off, and appears whole and checked, or
   * not at all. A revision that moves stays what it was at the first fetch. One that is there already needs no network.
   *
   * @throws ByocError MODEL_*
   */
  fetch(
    model: ModelSpec,
    options?: { signal?: AbortSignal | undefined; onProgress?: ((progress: RuntimeProgress) => void) | undefined },
  ): Promise<StoredModel>;
  close(): Promise<void>;
}
