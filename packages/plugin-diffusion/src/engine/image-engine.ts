import type { BlobRef, JsonValue, Logger } from '@byoc/core';
import type { GenerateInput } from '../capability/input.ts';
import type { GenerateChange, GenerateOutput } from '../capability/output.ts';
import type { UpscaleInput } from '../capability/upscale-input.ts';
import type { UpscaleOutput } from '../capability/upscale-output.ts';
import type { DiffusionLimits } from '../job/limits.ts';
import type { Picture } from '../pipeline/picture.ts';

/** What a job may start from: words alone, a picture, or a picture with a mask. */
export type EngineMode = 'text-to-image' | 'image-to-image' | 'inpaint';

/** A model that an engine serves. */
export interface EngineModel {
  /** What `model` of an input names. */
  readonly name: string;
  /** Whose inputs. @default "generate" */
  readonly use?: 'generate' | 'upscale' | undefined;
  readonly loaded: boolean;
  /** Of its weights while loaded. Undefined while unknown. */
  readonly memoryBytes?: number | undefined;
}

/** What an engine gets when it starts. */
export interface EngineContext {
  readonly log: Logger;
  /** A scratch folder. */
  readonly tmp: string;
  readonly signal: AbortSignal;
  /** To be called whenever what `models` gives has changed. */
  onChange(): void;
}

/** One job. */
export interface EngineJob {
  /** Its `seed` and what else it leaves out is the engine's to settle, but for the seed: see below. */
  readonly input: GenerateInput;
  /** Of the first picture; those of the others count up. */
  readonly seed: number;
  /** What pictures that come in may be. The plugin itself holds jobs to the rest of them. */
  readonly limits: DiffusionLimits;
  /** The engine stops within one step of its abort, and throws its reason. */
  readonly signal: AbortSignal;
  /** The path of a picture's bytes. */
  file(picture: BlobRef): Promise<string>;
}

/** A picture of pixels, or a PNG, JPEG or WebP file that another engine wrote. */
export type EnginePicture = Picture | { readonly encoded: Uint8Array };

/** What an engine says while it works. */
export type EngineStep =
  /** Once, before the first step is run: what is really done. The plugin refuses here what is over its limits. */
  | {
      readonly type: 'settled';
      readonly settings: GenerateOutput['settings'];
      readonly model: GenerateOutput['model'];
      /** Pixels that each step of each picture is charged for. */
      readonly chargedPixels: number;
    }
  /** So many steps of a picture are done. Pictures may take turns; those of one come in order. */
  | {
      readonly type: 'step';
      /** Which picture, from 0. */
      readonly image: number;
      readonly step: number;
      /** Draws what there is so far, where the engine can; to be called before the next step is taken. */
      readonly preview?: (() => Promise<EnginePicture>) | undefined;
    }
  | {
      readonly type: 'picture';
      readonly image: number;
      readonly seed: number;
      /** Of the size that was settled, or whatever another engine gave. */
      readonly picture: EnginePicture;
      /** A safety checker flagged it, and it is black. @default false */
      readonly isBlanked?: boolean | undefined;
    };

/** What an engine says last. */
export interface EngineEnd {
  /** What was ignored or adjusted. */
  readonly changes: readonly GenerateChange[];
}

/** One job of image/upscale. */
export interface UpscaleJob {
  readonly input: UpscaleInput;
  /** What pictures that come in may be. The plugin itself holds jobs to the rest of them. */
  readonly limits: DiffusionLimits;
  /** The engine stops within one tile of its abort, and throws its reason. */
  readonly signal: AbortSignal;
  /** The path of a picture's bytes. */
  file(picture: BlobRef): Promise<string>;
}

/** What an engine says while it enlarges a picture. */
export type UpscaleStep =
  /** Once, before the first tile: what is really done. The plugin refuses here what is over its limits. */
  | {
      readonly type: 'settled';
      readonly settings: Pick<UpscaleOutput['settings'], 'scale' | 'modelScale'>;
      readonly model: UpscaleOutput['model'];
      /** Of the picture that came in, upright. */
      readonly source: { readonly width: number; readonly height: number };
      /** Of the picture that comes out. */
      readonly width: number;
      readonly height: number;
      /** Pixels that the whole job is charged for. */
      readonly chargedPixels: number;
    }
  /** So many tiles are done. */
  | { readonly type: 'tile'; readonly tile: number; readonly tiles: number }
  /** Once, last. */
  | { readonly type: 'picture'; readonly picture: EnginePicture };

/** A job that shows whether the engine is fit, with its default model. */
export interface EngineProof {
  readonly input: Pick<GenerateInput, 'prompt'> &
    Partial<Pick<GenerateInput, 'model' | 'width' | 'height' | 'steps' | 'guidance'>>;
  readonly seed: number;
  /** How its picture looks. @default any picture that is not of one colour will do */
  readonly perceptualHash?: string | undefined;
}

/**
 * What makes pictures: the part of the plugin that a builder may swap. It throws `ImageFailure` for what the caller should know, and is asked
 * for at most `slots` jobs at once.
 */
export interface ImageEngine {
  /** What the result names. Known once it has started. */
  readonly identity: GenerateOutput['engine'];
  /** How many jobs it really takes at once. Known once it has started. */
  readonly slots: number;
  /** Jobs of other modes are refused before the engine is asked. */
  readonly modes: readonly EngineMode[];
  /** More for the worker's state, for example what hardware was passed over. Known once it has started. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /** Gets ready: what rejects here keeps the worker out of service. */
  start(context: EngineContext): Promise<void>;
  /** The first of each use is the one for inputs that name none. */
  models(): readonly EngineModel[];
  /** Makes `input.count` pictures. */
  generate(job: EngineJob): AsyncGenerator<EngineStep, EngineEnd, undefined>;
  /** Enlarges a picture. Known once it has started. @default an engine can't: jobs of image/upscale are refused */
  readonly upscale?: ((job: UpscaleJob) => AsyncGenerator<UpscaleStep, EngineEnd, undefined>) | undefined;
  proof(signal: AbortSignal): Promise<EngineProof>;
  /** Idempotent; frees all memory. */
  close(): Promise<void>;
}
