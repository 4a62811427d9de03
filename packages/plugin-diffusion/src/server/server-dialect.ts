import type { ServerDefaults, ServerKind } from './server-options.ts';

/** One picture, wholly settled. */
export interface PictureAsk {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** As the server names it. */
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
  readonly sampler: Sampler | undefined;
  readonly loras: readonly { readonly name: string; readonly weight: number }[];
  readonly source: AskedSource | undefined;
}

/** A sampler as a server names it, and the spacing of its steps where that is a name of its own. */
export interface Sampler {
  readonly name: string;
  readonly schedule: string | undefined;
}

/** PNG files of the size asked for. */
export interface AskedSource {
  readonly image: Uint8Array;
  /** White is painted. */
  readonly mask: Uint8Array | undefined;
  /** The same, as transparency: what is clear is painted. */
  readonly clearMask: Uint8Array | undefined;
  readonly strength: number;
}

/** A model that a server lists. */
export interface ServerModel {
  readonly name: string;
  /** `sha256:…` of its file, where the server says so. */
  readonly digest: string | undefined;
}

/** A network that enlarges pictures, or a plain resampler, that a server lists. */
export interface ServerUpscaler {
  readonly name: string;
  /** How many times it enlarges, as the server says. */
  readonly scale: number;
}

/** One picture to enlarge. */
export interface UpscaleAsk {
  /** A PNG file. */
  readonly image: Uint8Array;
  /** As the server names it. */
  readonly upscaler: string;
  /** How many times. */
  readonly times: number;
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly version: string;
  /** The first is what it takes by itself. */
  readonly models: readonly ServerModel[];
  readonly defaults: ServerDefaults;
  /** Undefined where it does not tell. */
  readonly samplers: readonly string[] | undefined;
  /** Spacings of steps; undefined where they are part of the samplers' names. */
  readonly schedules: readonly string[] | undefined;
  readonly loras: readonly string[];
  /** The first is the one for jobs that name none. @default none */
  readonly upscalers?: readonly ServerUpscaler[] | undefined;
}

/** Fields of a job that some servers have no words for. */
export type AskField = 'negativePrompt' | 'steps' | 'guidance' | 'seed' | 'scheduler' | 'loras' | 'strength' | 'size';

/** How far a picture is. */
export interface ServerProgress {
  /** Steps done, as the server claims. */
  readonly step: number;
  /** Of so many, as the server claims. */
  readonly steps: number | undefined;
  /** A file of what there is so far. */
  readonly preview: Uint8Array | undefined;
}

/** A picture as a server gave it. */
export interface ServerPicture {
  readonly encoded: Uint8Array;
  /** As the server says. */
  readonly seed: number | undefined;
  /** The server had the picture still, and ran no step. @default false */
  readonly isCached?: boolean;
}

export interface MakeOptions {
  readonly signal: AbortSignal;
  readonly wantsPreviews: boolean;
}

/** How one kind of server is asked. */
export interface ServerDialect {
  readonly kind: ServerKind;
  /** What it has words for. */
  readonly takes: ReadonlySet<AskField>;
  readonly takesSource: boolean;
  readonly takesMask: boolean;
  /** Asks what there is. It throws while the server is not up, or is none of this kind. */
  describe(signal: AbortSignal): Promise<ServerFacts>;
  /** Makes one picture. An abort stops the server's work too. @throws ImageFailure server-* */
  make(ask: PictureAsk, options: MakeOptions): AsyncGenerator<ServerProgress, ServerPicture, undefined>;
  /** Enlarges a picture, and gives the file. An abort stops the server's work too. @default it can't @throws ImageFailure server-* */
  upscale?(ask: UpscaleAsk, signal: AbortSignal): Promise<Uint8Array>;
}
