import type { RunFrame } from './job.ts';

const FRAMES_MAX = 256;
const BYTES_MAX = 4 * 1024 * 1024;

/**
 * Frames between a job and who iterates it. Progress and usage are latest-wins. While somebody iterates, a full buffer makes
 * the job wait; while nobody does, the oldest frames are dropped.
 */
export class FrameBuffer<E> {
  #frames: { frame: RunFrame<E>; bytes: number }[] = [];
  #bytes = 0;
  #readers = 0;
  #left = false;
  #ended = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** Adds a frame; resolves when there is room again. */
  async push(frame: RunFrame<E>): Promise<void> {
    if (this.#ended || this.#left) return;
    if (frame.type === 'progress' || frame.type === 'usage' || frame.type === 'queued') {
      // Only the tail may be replaced: an order that is told must stay.
      const tail = this.#frames.at(-1);
      if (tail?.frame.type === frame.type) this.#frames.pop();
    }
    const bytes = frame.type === 'chunk' ? frame.data.length : frame.type === 'event' ? 256 : 0;
    this.#frames.push({ frame, bytes });
    this.#bytes += bytes;
    this.#wakeReader?.();
    while (this.#full()) {
      if (this.#readers === 0) this.#take();
      else await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    }
  }

  /** Ends the iteration after the frames that wait. How the job ended is told by its result. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  async *read(): AsyncGenerator<RunFrame<E>, void, undefined> {
    this.#readers += 1;
    this.#left = false;
    try {
      for (;;) {
        for (let next = this.#take(); next !== undefined; next = this.#take()) yield next;
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) {
        this.#left = true;
        this.#frames = [];
        this.#bytes = 0;
        this.#wakeWriter?.();
      }
    }
  }

  #full(): boolean {
    return !this.#ended && this.#frames.length > 1 && (this.#frames.length > FRAMES_MAX || this.#bytes > BYTES_MAX);
  }

  #take(): RunFrame<E> | undefined {
    const item = this.#frames.shift();
    this.#bytes -= item?.bytes ?? 0;
    if (!this.#full()) this.#wakeWriter?.();
    return item?.frame;
  }
}
