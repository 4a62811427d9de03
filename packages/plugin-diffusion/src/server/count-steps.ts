/** Counts the steps of one picture by what a server claims: never back, never more than were asked for. */
export class StepCount {
  readonly #planned: number;
  #done = 0;
  #total: number | undefined;
  #lie: string | undefined;

  constructor(planned: number) {
    this.#planned = planned;
  }

  /** What can't be true of the claims so far; undefined where all of it can. */
  get lie(): string | undefined {
    return this.#lie;
  }

  /** The steps that are new, by their numbers. */
  take(claim: { readonly step: number; readonly steps: number | undefined }): readonly number[] {
    const { step, steps } = claim;
    if (step < this.#done) this.#lie ??= `step ${step} after step ${this.#done}`;
    if (step > this.#planned || step > (steps ?? step)) this.#lie ??= `step ${step} of ${steps ?? this.#planned}`;
    if (steps !== undefined && steps > 0) this.#total = steps;
    return this.#upTo(step);
  }

  /** The steps that are new once the picture is there: the rest of what was asked for, or of what the server says that it runs. */
  finish({ isCached }: { readonly isCached: boolean }): readonly number[] {
    return isCached ? [] : this.#upTo(this.#total ?? this.#planned);
  }

  #upTo(step: number): readonly number[] {
    const first = this.#done + 1;
    const last = Math.min(Math.floor(step), this.#planned);
    this.#done = Math.max(this.#done, last);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  }
}
