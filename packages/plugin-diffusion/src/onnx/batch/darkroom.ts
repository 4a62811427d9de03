/** A picture that is to be made. */
export interface WaitingPicture {
  /** Pictures with the same key can be made in step with one another. */
  readonly key: string;
  /** How many of its kind may be made at once, itself included. */
  readonly most: () => number;
}

interface Waiting<P> {
  readonly picture: P;
  readonly end: (made: Promise<void>) => void;
}

/**
 * Decides which pictures are made together: one group after the other. A group starts with a picture of the job whose turn it is, and takes in
 * those that wait and are made the same way, from each job in turn.
 */
export class Darkroom<P extends WaitingPicture> {
  readonly #makeGroup: (pictures: readonly P[]) => readonly Promise<void>[];
  /** Pictures by job; the job whose turn it is comes first. */
  #jobs: Waiting<P>[][] = [];
  #preparing = 0;
  #isBusy = false;

  constructor(makeGroup: (pictures: readonly P[]) => readonly Promise<void>[]) {
    this.#makeGroup = makeGroup;
  }

  /**
   * Makes the pictures of a job, and waits for all of them. No group is begun while a job is prepared, so that jobs that come at the same time
   * are made together. On an abort, those that were not begun end at once.
   *
   * @throws what the first picture failed with
   */
  async make(prepare: () => Promise<readonly P[]>, signal: AbortSignal): Promise<void> {
    const made: Promise<void>[] = [];
    const job: Waiting<P>[] = [];
    const drop = () => {
      for (const { end } of job.splice(0)) end(Promise.reject(signal.reason));
    };
    this.#preparing += 1;
    try {
      for (const picture of await prepare()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        made.push(promise);
        job.push({ picture, end: resolve });
      }
      this.#jobs.push(job);
      signal.addEventListener('abort', drop);
    } finally {
      this.#preparing -= 1;
      this.#startWhenFree();
    }
    const ends = await Promise.allSettled(made);
    signal.removeEventListener('abort', drop);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #startWhenFree(): void {
    this.#jobs = this.#jobs.filter(({ length }) => length > 0);
    const [first] = this.#jobs;
    if (this.#isBusy || this.#preparing > 0 || first === undefined) return;
    this.#jobs = [...this.#jobs.slice(1), first];
    const group = this.#takeGroup(first);
    this.#isBusy = true;
    const making = this.#makeGroup(group.map(({ picture }) => picture));
    for (const [at, { end }] of group.entries()) end(making[at] as Promise<void>);
    void Promise.allSettled(making).then(() => {
      this.#isBusy = false;
      this.#startWhenFree();
    });
  }

  #takeGroup(first: Waiting<P>[]): readonly Waiting<P>[] {
    const group = first.splice(0, 1);
    const [{ picture } = {}] = group;
    const most = picture?.most() ?? 1;
    for (let before = 0; before < group.length; ) {
      before = group.length;
      for (const job of this.#jobs)
        if (group.length < most && job[0]?.picture.key === picture?.key) group.push(...job.splice(0, 1));
    }
    return group;
  }
}
