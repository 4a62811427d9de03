import type { LlmFailure } from '../engine/llm-failure.ts';
import { llamaFailures } from './llama-failures.ts';

/** What a shelf needs to know of a model in memory. */
interface Shelved {
  readonly memoryBytes: number;
  /** Jobs that use it now. */
  users: number;
  /** Larger is later. */
  usedAt: number;
  close(): Promise<void>;
}

/** What a shelf keeps models of. */
export interface ModelShelfOptions<F extends { readonly name: string }, M extends Shelved> {
  readonly files: readonly F[];
  /** Of all models together. */
  readonly memoryBytes: number;
  /** Bytes that it would take; throws when it can't ever fit. */
  measure(file: F): Promise<number>;
  load(file: F): Promise<M>;
  onChange(): void;
}

/** Models in memory: loaded when they are wanted, and the ones that were not used for longest make room. */
export class ModelShelf<F extends { readonly name: string }, M extends Shelved> {
  readonly #options: ModelShelfOptions<F, M>;
  readonly #loaded = new Map<string, M>();
  /** One after the other: a model must not be loaded twice, nor memory be counted twice. */
  #turn: Promise<unknown> = Promise.resolve();
  #uses = 0;

  constructor(options: ModelShelfOptions<F, M>) {
    this.#options = options;
  }

  loaded(name: string): M | undefined {
    return this.#loaded.get(name);
  }

  /** Runs something with a model, which stays loaded until it has ended. @throws LlmFailure */
  async use<T>(name: string | undefined, run: (model: M) => Promise<T>): Promise<T> {
    const model = await this.take(name);
    try {
      return await run(model);
    } finally {
      this.giveBack(model);
    }
  }

  /** Takes a model, loaded; give it back. @throws LlmFailure */
  async take(name: string | undefined): Promise<M> {
    const file = name === undefined ? this.#options.files[0] : this.#options.files.find((each) => each.name === name);
    if (file === undefined) throw this.#unknown(name ?? '');
    const model = this.#loaded.get(file.name) ?? (await this.#inTurn(() => this.#load(file)));
    model.users += 1;
    model.usedAt = ++this.#uses;
    return model;
  }

  giveBack(model: M): void {
    model.users -= 1;
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await Promise.all([...this.#loaded.values()].map((model) => model.close()));
      this.#loaded.clear();
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #load(file: F): Promise<M> {
    const there = this.#loaded.get(file.name);
    if (there !== undefined) return there;
    const needed = await this.#options.measure(file);
    await this.#makeRoom(file, needed);
    const model = await this.#options.load(file);
    this.#loaded.set(file.name, model);
    this.#options.onChange();
    return model;
  }

  async #makeRoom(file: F, needed: number): Promise<void> {
    const taken = () => [...this.#loaded.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    while (taken() + needed > this.#options.memoryBytes && this.#loaded.size > 0) {
      const idle = [...this.#loaded].filter(([, { users }]) => users === 0);
      const [oldest] = idle.toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
      if (oldest === undefined) throw llamaFailures.memoryTaken(file.name, [...this.#loaded.keys()]);
      const [name, model] = oldest;
      this.#loaded.delete(name);
      await model.close();
      this.#options.onChange();
    }
  }

  #unknown(name: string): LlmFailure {
    return llamaFailures.modelUnknown(
      name,
      this.#options.files.map((file) => file.name),
    );
  }
}
