import type { UpscalerFolder } from './upscaler-folder.ts';

/** Colours from 0 to 1, plane by plane: red, green, blue. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A network that is ready to enlarge pictures. */
export interface LoadedUpscaler {
  readonly folder: UpscalerFolder;
  /** `sha256:…`, of its files. */
  readonly digest: string;
  /** How many times wider and higher its pictures are. */
  readonly scale: number;
  /** Pixels of a piece that it takes at once: exactly so many, or at most. */
  readonly tile: { readonly width: number; readonly height: number; readonly isFixed: boolean };
  /** Enlarges a piece, whose sides are a multiple of the folder's `block`. @throws ImageFailure */
  run(piece: Planes): Promise<Planes>;
  close(): Promise<void>;
}
