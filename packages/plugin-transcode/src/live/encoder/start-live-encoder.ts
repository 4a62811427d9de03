import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundFfmpeg } from '../../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../../ffmpeg/map-failure.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';
import type { Rung } from '../../plan/select-ladder.ts';
import type { MediaSample, MediaTrack } from '../media/media-segment.ts';
import { writeFragment } from '../media/write-fragment.ts';
import { writeInitSection } from '../media/write-init-section.ts';
import { FEED_TICKS } from '../plan/feed-clock.ts';
import { FEED_START, planFeed, planPush, reorderDepth } from '../plan/plan-feed.ts';
import { FIRST_RENDITION_FD, type LiveVideoSettings, planLiveEncoder } from '../plan/plan-live-encoder.ts';
import { createRenditionReader, type RenditionReader } from './create-rendition-reader.ts';

const STDERR_TAIL = 32 * 1024;
/** Enough to keep two cores busy; each thread holds one picture back. */
const DECODER_THREADS = 2;
/** When all was written and nothing comes, the decoder may hold more than was thought: push further pictures. */
const PUSH_EVERY_MS = 250;
const PUSH_FRAMES = 4;
const PUSHES_MAX = 8;

/** One warm ffmpeg. */
export interface LiveEncoder {
  /** Encodes a segment; one at a time. Gives each rendition's pictures with times from the segment's start, in 1/90000 s. @throws TranscodeFailure */
  encode(track: MediaTrack): Promise<readonly (readonly MediaSample[])[]>;
  /** The initialization section of each rendition, after the first segment. */
  readonly initSections: readonly (Buffer | undefined)[];
  /** Errors that ffmpeg told since this was last read. */
  takeErrorCount(): number;
  /** Ends the process and all that it started. */
  close(): Promise<void>;
}

export interface LiveEncoderOptions {
  readonly found: FoundFfmpeg;
  readonly rungs: readonly Rung[];
  readonly settings: LiveVideoSettings;
  /** What it is fed with: only its codec and size count. */
  readonly track: MediaTrack;
  readonly cwd: string;
  /** Kills the process. */
  readonly signal: AbortSignal;
  /** No sign of life for so long, with all of a segment sent, is a hang. */
  readonly stallMs: number;
}

/** Starts the ffmpeg of a stream, in a process group of its own. */
export function startLiveEncoder(options: LiveEncoderOptions): LiveEncoder {
  return new FfmpegEncoder(options);
}

class FfmpegEncoder implements LiveEncoder {
  readonly #options: LiveEncoderOptions;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #readers: readonly RenditionReader[];
  readonly #closed: Promise<{ exitCode: number | null; signal: string | null }>;
  readonly #onAbort: () => void;
  #stderr = '';
  #errors = 0;
  #lastSign = performance.now();
  #nextTicks = FEED_START;
  #fragments = 0;
  /** A keyframe of a segment that was encoded whole. */
  #proven: Uint8Array | undefined;
  #wake: () => void = () => {};
  #failure: Error | undefined;

  constructor(options: LiveEncoderOptions) {
    const { found, rungs, settings, track, cwd, signal } = options;
    signal.throwIfAborted();
    this.#options = options;
    const args = planLiveEncoder(rungs, settings, {
      decoderThreads: DECODER_THREADS,
      syncOption: found.ffmpeg.syncOption,
    });
    const [command, ...rest] = [...found.launcher, found.ffmpeg.path, ...args] as [string, ...string[]];
    this.#child = spawn(command, rest, {
      cwd,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe', ...rungs.map(() => 'pipe' as const)],
      env: { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
    });
    const streams = this.#child.stdio as unknown as [Writable, null, Readable, ...Readable[]];
    this.#stdin = streams[0];
    // A process that is gone is told by its end.
    this.#stdin.on('error', () => {});
    streams[2].setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
      this.#errors += text.split('[error]').length - 1;
      this.#lastSign = performance.now();
    });
    streams[3]?.on('data', () => {
      this.#lastSign = performance.now();
    });
    this.#readers = rungs.map((_, at) => {
      const reader = createRenditionReader();
      (streams[FIRST_RENDITION_FD + at] as Readable).on('data', (data: Buffer) => {
        this.#lastSign = performance.now();
        try {
          reader.push(data);
        } catch (error) {
          this.#fail(error as Error);
        }
        this.#wake();
      });
      return reader;
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#fail(error);
        resolve({ exitCode: null, signal: null });
      });
      this.#child.once('close', (exitCode, by) => resolve({ exitCode, signal: by }));
    });
    void this.#closed.then((ended) => this.#fail(mapFailure(this.#stderr, ended)));
    this.#onAbort = () => this.#kill();
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#stdin.write(writeInitSection(track, { timescale: FEED_TICKS, kind: 'video' }));
  }

  get initSections() {
    return this.#readers.map(({ initSection }) => initSection);
  }

  takeErrorCount(): number {
    const errors = this.#errors;
    this.#errors = 0;
    return errors;
  }

  async encode(track: MediaTrack): Promise<readonly (readonly MediaSample[])[]> {
    const { signal } = this.#options;
    const filler = this.#proven ?? track.samples[0]?.data ?? new Uint8Array();
    const pushing = reorderDepth(track.samples) + DECODER_THREADS + 1;
    const feed = planFeed(track, { startTicks: this.#nextTicks, filler, pushing });
    this.#nextTicks = feed.nextTicks;
    const isDone = () => this.#readers.every((reader) => reader.reached >= feed.endTicks);
    const written = this.#write(feed.samples);
    let all = false;
    let pushes = 0;
    void written.then(() => {
      all = true;
      this.#lastSign = performance.now();
    });
    while (!isDone()) {
      if (this.#failure !== undefined) break;
      await this.#nextSign();
      signal.throwIfAborted();
      if (isDone() || !all) continue;
      const quietMs = performance.now() - this.#lastSign;
      if (quietMs > this.#options.stallMs) this.#fail(stalled(quietMs));
      else if (quietMs > PUSH_EVERY_MS && pushes < PUSHES_MAX) {
        pushes += 1;
        await this.#write(planPush(this.#nextTicks, filler, PUSH_FRAMES));
        this.#nextTicks += PUSH_FRAMES;
      }
    }
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const pictures = this.#readers.map((reader) => reader.take(feed));
    if (pictures.every((samples) => samples.length > 0)) this.#proven = track.samples[0]?.data;
    return pictures;
  }

  async close(): Promise<void> {
    this.#kill();
    await this.#closed;
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  /** Resolves when something came, or after a while. */
  async #nextSign(): Promise<void> {
    const timer = new AbortController();
    const came = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([came, sleep(PUSH_EVERY_MS, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }

  #write(samples: readonly MediaSample[]): Promise<void> {
    this.#fragments += 1;
    const bytes = writeFragment(samples, this.#fragments);
    return new Promise((resolve) => this.#stdin.write(bytes, () => resolve()));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** All pictures are out when a segment is done, so there is nothing to wait for. */
  #kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The group is gone.
    }
    this.#wake();
  }
}

function stalled(quietMs: number): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'ffmpeg-stalled',
    message: `ffmpeg gave no sign for ${Math.round(quietMs)} ms`,
    hint: 'The segment may be damaged; the next one starts a fresh encoder.',
    recovery: 'retry-other',
  });
}
