import type { ModelSettings } from '../model/model-settings.ts';

/** The folder of a network that enlarges pictures; the network is not loaded yet. */
export interface UpscalerFolder {
  readonly name: string;
  readonly path: string;
  /** The network's file, and of those that belong to it, relative, with their sizes. */
  readonly network: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Sides that the network takes are a multiple of this, pixels. */
  readonly block: number;
  readonly settings: Pick<ModelSettings, 'sha256'>;
}
