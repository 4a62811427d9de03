import type { Progress } from '@byoc/core';
import type { RunFrame } from '@byoc/core/gateway';
import type { PieceJob } from './piece-jobs.ts';

/** Share of the whole that encoding takes; joining is the rest. */
const ENCODE_SHARE = 0.97;

/** Sums up the progress and usage of many jobs. */
export class ParallelProgress {
  readonly #jobs: readonly PieceJob[];
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #frames = new Map<string, number>();
  readonly #pixels = new Map<string, bigint>();
  readonly #done = new Set<string>();

  constructor(jobs: readonly PieceJob[], now: () => number) {
    this.#jobs = jobs;
    this.#now = now;
    this.#startedAt = now();
  }

  /** What a frame of one job means for the whole. */
  take(job: PieceJob, frame: RunFrame): RunFrame | undefined {
    if (frame.type === 'accepted') {
      // A job that is tried again starts from nothing.
      this.#frames.delete(job.name);
      return frame;
    }
    if (frame.type === 'usage') {
      this.#pixels.set(job.name, frame.usage.pixels ?? 0n);
      return { type: 'usage', usage: { pixels: [...this.#pixels.values()].reduce((sum, one) => sum + one, 0n) } };
    }
    if (frame.type !== 'progress' || job.kind !== 'chunk') return undefined;
    const frames = Number(frame.progress.details?.frames ?? 0);
    this.#frames.set(job.name, Math.min(job.frames, Math.max(frames, this.#frames.get(job.name) ?? 0)));
    return { type: 'progress', progress: this.progress() };
  }

  finish(job: PieceJob): RunFrame {
    this.#frames.set(job.name, job.frames);
    this.#done.add(job.name);
    return { type: 'progress', progress: this.progress() };
  }

  progress(): Progress {
    const total = Math.max(
      1,
      this.#jobs.reduce((sum, { frames }) => sum + frames, 0),
    );
    const frames = [...this.#frames.values()].reduce((sum, one) => sum + one, 0);
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const fps = seconds > 0 ? frames / seconds : 0;
    return {
      stage: 'encode',
      fraction: (frames / total) * ENCODE_SHARE,
      message: `${this.#done.size} of ${this.#jobs.length} jobs done`,
      details: {
        frames,
        jobs: this.#jobs.length,
        jobsDone: this.#done.size,
        ...(fps > 0 ? { fps: Math.round(fps), etaMs: Math.round(((total - frames) / fps) * 1000) } : {}),
      },
    };
  }
}
