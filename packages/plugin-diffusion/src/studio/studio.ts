import { join } from 'node:path';
import { usableCores } from '@byoc/core/worker';
import { findAdapters } from '../adapters/find-adapters.ts';
import { readAdapter } from '../adapters/read-adapter.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder } from '../model/model-folder.ts';
import { readModelFolder } from '../model/read-model-folder.ts';
import { loadModel } from '../pipeline/load-model.ts';
import type { LoadedModel } from '../pipeline/loaded-model.ts';
import type { OnnxRuntime } from '../runtime/onnx-runtime.ts';
import { loadUpscaler } from '../upscale/load-upscaler.ts';
import type { LoadedUpscaler } from '../upscale/loaded-upscaler.ts';
import { readUpscalerFolder } from '../upscale/read-upscaler-folder.ts';
import { ADAPTERS_FOLDER, findModels } from './find-models.ts';

/** What a studio works with. */
export interface StudioOptions {
  readonly runtime: OnnxRuntime;
  /** Folder of a model, or of several. @default the built-in one alone */
  readonly modelsPath?: string | undefined;
  /** Folder of adapters. @default `loras` in `modelsPath` */
  readonly adaptersPath?: string | undefined;
  /** The model that comes with the plugin. */
  readonly builtinPath: string;
  /** The upscaler that comes with the plugin. */
  readonly builtinUpscalerPath: string;
  /** What a job takes that names none. @default the first of `modelsPath`, else the built-in one */
  readonly defaultModel?: string | undefined;
  /** What a job of image/upscale takes that names none. @default the first upscaler of `modelsPath`, else the built-in one */
  readonly defaultUpscaler?: string | undefined;
  /** Threads of one network. @default one for small networks, else one for each core that the container may use */
  readonly threads?: number | undefined;
  /** Bytes of loaded models' files, at most: the one that was used longest ago goes. */
  readonly maxModelBytes: number;
}

/** An adapter by its name, and how much it counts. */
export interface ChosenAdapter {
  readonly name: string;
  readonly weight: number;
}

/** The name of the model that comes with the plugin. */
export const BUILTIN = 'builtin';
/** The name of the upscaler that comes with the plugin. */
export const BUILTIN_UPSCALER = 'builtin-upscaler';

/** Networks of fewer bytes gain nothing from a second thread, and lose on a busy machine. */
const SMALL_BYTES = 64 * 1024 ** 2;

/** Keeps the runtime and the loaded models. */
export class Studio {
  readonly runtime: OnnxRuntime;
  readonly defaultModel: string;
  readonly defaultUpscaler: string;
  /** Called when a model was loaded, or has gone. */
  onChange: (() => void) | undefined;
  readonly #paths: ReadonlyMap<string, string>;
  readonly #upscalers: ReadonlyMap<string, string>;
  readonly #adapterPaths: ReadonlyMap<string, string>;
  readonly #maxModelBytes: number;
  readonly #threads: number | undefined;
  /** Used longest ago first. */
  readonly #loaded = new Map<string, Loaded>();
  /** How many jobs use a model. */
  readonly #users = new Map<Loaded, number>();
  /** Settles when those that asked before have got their model. */
  #turn: Promise<void> = Promise.resolve();
  #onGivenBack: (() => void) | undefined;

  private constructor(
    options: StudioOptions,
    paths: Readonly<Record<'models' | 'upscalers' | 'adapters', ReadonlyMap<string, string>>>,
  ) {
    this.runtime = options.runtime;
    this.#paths = paths.models;
    this.#upscalers = paths.upscalers;
    this.#adapterPaths = paths.adapters;
    this.#maxModelBytes = options.maxModelBytes;
    this.#threads = options.threads;
    this.defaultModel = options.defaultModel ?? [...this.#paths.keys()][0] ?? BUILTIN;
    this.defaultUpscaler = options.defaultUpscaler ?? [...this.#upscalers.keys()][0] ?? BUILTIN_UPSCALER;
  }

  static async open(options: StudioOptions): Promise<Studio> {
    const { modelsPath, builtinPath, builtinUpscalerPath } = options;
    const found = modelsPath === undefined ? { models: [], upscalers: [] } : await findModels(modelsPath);
    const { adaptersPath = modelsPath && join(modelsPath, ADAPTERS_FOLDER) } = options;
    return new Studio(options, {
      models: new Map([...found.models, [BUILTIN, builtinPath]]),
      upscalers: new Map([...found.upscalers, [BUILTIN_UPSCALER, builtinUpscalerPath]]),
      adapters: adaptersPath === undefined ? new Map() : await findAdapters(adaptersPath),
    });
  }

  /** Names of the models that a job may ask for. */
  get models(): readonly string[] {
    return [...this.#paths.keys()];
  }

  /** Names of the models that a job of image/upscale may ask for. */
  get upscalers(): readonly string[] {
    return [...this.#upscalers.keys()];
  }

  /** Names of the adapters that a job may ask for. */
  get adapters(): readonly string[] {
    return [...this.#adapterPaths.keys()];
  }

  /** The models that are in memory, with the bytes of their weights. */
  get loaded(): ReadonlyMap<string, number> {
    return new Map([...this.#loaded].map(([name, model]) => [name, bytesOf(model)]));
  }

  /** The folder of a model. @throws ImageFailure `model-unknown` */
  path(name: string): string {
    return pathOf(this.#paths, name, 'model');
  }

  /**
   * A model, loaded where it is not yet, with adapters in its weights; it stays loaded until it is given back. Where there is no room for it,
   * waits until others were given back. Who asks first is served first.
   *
   * @throws ImageFailure
   */
  async take(name: string, signal: AbortSignal, loras: readonly ChosenAdapter[] = []): Promise<LoadedModel> {
    const chosen = [...loras].sort((a, b) => (a.name < b.name ? -1 : 1));
    const key = chosen.length === 0 ? name : JSON.stringify([name, ...chosen.map((one) => [one.name, one.weight])]);
    return this.#take(key, signal, () => this.#load(name, chosen, signal));
  }

  /** A network that enlarges pictures: what is said of `take` holds for it too. @throws ImageFailure */
  async takeUpscaler(name: string, signal: AbortSignal): Promise<LoadedUpscaler> {
    const path = pathOf(this.#upscalers, name, 'upscaler');
    return this.#take(name, signal, async () => {
      const folder = await readUpscalerFolder(name, path);
      return loadUpscaler(this.runtime, folder, { threads: await this.#prepare(folder, signal), signal });
    });
  }

  /** Says that a job is done with a model that it took. */
  giveBack(model: Loaded): void {
    const left = (this.#users.get(model) ?? 0) - 1;
    if (left > 0) this.#users.set(model, left);
    else this.#users.delete(model);
    this.#onGivenBack?.();
  }

  async close(): Promise<void> {
    for (const model of this.#loaded.values()) await model.close();
    this.#loaded.clear();
    await this.runtime.close();
  }

  /** Gives what is loaded under a key. Models and upscalers never share one: each folder is one of them. */
  async #take<T extends Loaded>(key: string, signal: AbortSignal, load: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const mine = Promise.withResolvers<void>();
    this.#turn = before.then(() => mine.promise);
    try {
      await unlessAborted(before, signal);
      const known = this.#loaded.get(key) as T | undefined;
      const model = known ?? (await load());
      this.#loaded.delete(key);
      this.#loaded.set(key, model);
      this.#users.set(model, (this.#users.get(model) ?? 0) + 1);
      if (known === undefined) this.onChange?.();
      return model;
    } finally {
      mine.resolve();
    }
  }

  /** Makes room for what is to be loaded, and gives the threads for it. */
  async #prepare(folder: Weighed, signal: AbortSignal): Promise<number> {
    const bytes = bytesOf({ folder });
    await this.#makeRoom(bytes, signal);
    return this.#threads ?? (bytes < SMALL_BYTES ? 1 : await usableCores());
  }

  #adapterPath(name: string): string {
    const path = this.#adapterPaths.get(name);
    if (path !== undefined) return path;
    const there = this.adapters.length === 0 ? 'there are none' : `there are: ${this.adapters.join(', ')}`;
    throw new ImageFailure({
      reason: 'lora-unknown',
      message: `There is no adapter \`${name}\` here; ${there}`,
      hint: 'Leave `loras` out, or name .safetensors files that are there.',
      recovery: 'retry-other',
    });
  }

  async #load(name: string, chosen: readonly ChosenAdapter[], signal: AbortSignal): Promise<LoadedModel> {
    const path = this.path(name);
    const adapters = [];
    for (const { name: adapter, weight } of chosen)
      adapters.push({ adapter: await readAdapter(this.#adapterPath(adapter), signal), weight });
    const folder = await readModelFolder(path);
    const threads = await this.#prepare(folder, signal);
    return await loadModel(this.runtime, folder, { threads, adapters, signal });
  }

  async #makeRoom(wantedBytes: number, signal: AbortSignal): Promise<void> {
    if (wantedBytes > this.#maxModelBytes) {
      throw new ImageFailure({
        reason: 'memory-short',
        message: `The model has ${wantedBytes} bytes; at most ${this.#maxModelBytes} are loaded here`,
        hint: 'Take a smaller model, or choose another offer.',
        recovery: 'retry-other',
      });
    }
    const taken = () => [...this.#loaded.values()].reduce((sum, model) => sum + bytesOf(model), 0);
    while (taken() + wantedBytes > this.#maxModelBytes) {
      const unused = [...this.#loaded].find(([, model]) => !this.#users.has(model));
      if (unused === undefined) await this.#nextGivenBack(signal);
      else {
        this.#loaded.delete(unused[0]);
        await unused[1].close();
      }
    }
  }

  async #nextGivenBack(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onGivenBack = resolve;
    await unlessAborted(promise, signal);
  }
}

async function unlessAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', stop);
  await Promise.race([wait, promise]);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}

type Loaded = LoadedModel | LoadedUpscaler;
type Weighed = Pick<ModelFolder, 'files'>;

function bytesOf({ folder }: { readonly folder: Weighed }): number {
  return folder.files.reduce((sum, { path, sizeBytes }) => (/\.onnx/.test(path) ? sum + sizeBytes : sum), 0);
}

function pathOf(paths: ReadonlyMap<string, string>, name: string, what: 'model' | 'upscaler'): string {
  const path = paths.get(name);
  if (path !== undefined) return path;
  throw new ImageFailure({
    reason: 'model-unknown',
    message: `There is no ${what} \`${name}\` here; there are: ${[...paths.keys()].join(', ')}`,
    hint: 'Leave `model` out, or name one that is there.',
    recovery: 'retry-other',
  });
}
