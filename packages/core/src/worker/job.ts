import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyCapability } from '../capability/capability.ts';
import { zodIssues } from '../capability/zod-issues.ts';
import { ByocError, isByocError } from '../errors/byoc-error.ts';
import type { Implementation, JobContext, JobDirectory } from '../manifest/plugin.ts';
import { AsyncQueue } from '../primitives/async-queue.ts';
import type { Clock } from '../primitives/clock.ts';
import type { JobId } from '../primitives/job-id.ts';
import type { Logger } from '../primitives/logger.ts';
import { isPartName } from '../primitives/part-name.ts';
import { type CallerFrame, CHUNK_BYTES_MAX, JSON_BYTES_MAX, type OpenFrame } from '../protocol/frames.ts';
import { FrameLog } from './frame-log.ts';
import { JobError } from './job-error.ts';
import { listOutputParts } from './list-output-parts.ts';
import { parseJsonBytes } from './parse-json-bytes.ts';
import { PartInbox } from './part-inbox.ts';

const encoder = new TextEncoder();

/** What a job needs from its worker. */
export interface JobOptions {
  readonly open: OpenFrame;
  /** The input of `open`, validated, with defaults filled in. */
  readonly input: unknown;
  readonly implementation: Implementation;
  /** Folder with one folder a job. */
  readonly jobsPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a handler may take to stop when nobody said. */
  readonly cancelGraceMs: number;
  /** The handler has really ended, whatever it did: its slot is free. */
  readonly onHandlerEnd: () => void;
  /** The handler did not stop in its grace period; its slot stays taken. */
  readonly onDeaf: () => void;
}

/** One job: its handler, its frames and its end. */
export class Job {
  readonly id: string;
  readonly frames: FrameLog;
  /** Resolves when the last frame is in the log. */
  readonly ended: Promise<void>;
  readonly #options: JobOptions;
  readonly #abort = new AbortController();
  readonly #inbox: PartInbox;
  readonly #updates = new AsyncQueue<unknown>({ limit: 16 });
  readonly #usage = new Map<string, bigint>();
  /** Undefined until the handler asks for it: most small jobs have no files. */
  #directory: JobDirectory | undefined;
  #markEnded: () => void = () => {};

  constructor(options: JobOptions) {
    this.#options = options;
    this.id = options.open.jobId;
    this.frames = new FrameLog(this.id);
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.#inbox = new PartInbox({
      jobId: this.id,
      jobPath: join(options.jobsPath, this.id),
      staged: options.open.stagedParts,
      signal: this.#abort.signal,
    });
    this.#abort.signal.addEventListener('abort', () => this.#updates.end(), { once: true });
  }

  /** Starts the handler. */
  start(): void {
    void this.#run();
    void this.#watchDeadline();
  }

  /** Takes a frame that follows `open`. Waits while the handler is behind. */
  async accept(frame: Exclude<CallerFrame, OpenFrame>): Promise<void> {
    if (frame.type === 'chunk') await this.#inbox.push(frame);
    else if (frame.type === 'end') {
      this.#inbox.end();
      this.#updates.end();
    } else await this.#update(frame.paramsJson);
  }

  /** Asks the handler to stop; after the grace period the job ends without it. False when it had ended. */
  async cancel(reason: ByocError, graceMs: number = this.#options.cancelGraceMs): Promise<boolean> {
    if (this.frames.ended) return false;
    this.#abort.abort(reason);
    const timer = new AbortController();
    const overdue = this.#options.clock.sleep(graceMs, { signal: timer.signal }).then(
      () => true,
      () => false,
    );
    const deaf = await Promise.race([overdue, this.ended.then(() => false)]);
    timer.abort();
    if (deaf) {
      await this.#end({ type: 'error', error: reason });
      this.#options.onDeaf();
    }
    return true;
  }

  /** Ends the job at once with an error, without asking the handler. */
  async fail(error: ByocError): Promise<void> {
    this.#abort.abort(error);
    await this.#end({ type: 'error', error });
  }

  async #run(): Promise<void> {
    const { implementation, input, logger, onHandlerEnd } = this.#options;
    const { capability } = implementation;
    try {
      await this.frames.append({ type: 'accepted', capability: capability.reference });
      const output = await this.#handle(this.#context(input));
      this.#abort.signal.throwIfAborted();
      const parsed = capability.schemas.output.safeParse(output);
      if (!parsed.success) {
        throw new ByocError('CAPABILITY_OUTPUT_INVALID', {
          capability: capability.reference,
          issues: zodIssues(parsed.error, output),
        });
      }
      const outputJson = toJsonBytes(this.id, parsed.data);
      const parts = this.#directory === undefined ? [] : await listOutputParts(this.id, this.#directory.out);
      await this.#end({ type: 'result', outputJson, usage: Object.fromEntries(this.#usage), parts });
    } catch (error) {
      const known = this.#explain(error);
      if (known.code === 'JOB_CRASHED') logger.error({ err: error, jobId: this.id }, 'job-crashed');
      await this.#end({ type: 'error', error: known });
    } finally {
      onHandlerEnd();
    }
  }

  async #handle(context: JobContext<AnyCapability>): Promise<unknown> {
    const started = this.#options.implementation.handler(context);
    if (!(Symbol.asyncIterator in started)) return started;
    for (;;) {
      const step = await started.next();
      if (step.done) return step.value;
      await context.emit(step.value as never);
    }
  }

  #context(input: unknown): JobContext<AnyCapability> {
    const { open, implementation, logger } = this.#options;
    const { capability } = implementation;
    const signal = this.#abort.signal;
    const directory = () => this.#makeDirectory();
    return {
      jobId: open.jobId as JobId,
      capability: capability.reference,
      input: input as never,
      signal,
      deadline: new Date(open.deadline),
      get dir() {
        return directory();
      },
      log: logger.child({ jobId: open.jobId }),
      traceparent: open.traceparent === '' ? undefined : open.traceparent,
      session: open.session,
      file: (ref) => this.#inbox.file(ref),
      stream: (ref) => this.#inbox.stream(ref),
      chunks: { [Symbol.asyncIterator]: () => this.#inbox.chunks() },
      updates: this.#updates as AsyncIterable<never>,
      emit: async (event) => {
        signal.throwIfAborted();
        const parsed = capability.schemas.event?.safeParse(event);
        if (parsed === undefined || !parsed.success) {
          const issues =
            parsed === undefined
              ? [{ path: '', message: 'the capability has no events' }]
              : zodIssues(parsed.error, event);
          throw new ByocError('CAPABILITY_EVENT_INVALID', { capability: capability.reference, issues });
        }
        await this.frames.append({ type: 'event', eventJson: toJsonBytes(this.id, parsed.data) }, signal);
        signal.throwIfAborted();
      },
      write: (part, data, { last = false } = {}) => this.#write(part, data, last),
      progress: (progress) => {
        if (!signal.aborted) this.frames.conflate({ type: 'progress', progress });
      },
      usage: { set: (meter, total) => this.#setUsage(meter as string, BigInt(total)) },
    };
  }

  async #write(part: string, data: Uint8Array, last: boolean): Promise<void> {
    if (!isPartName(part))
      throw new ByocError('JOB_OUTPUT_UNSAFE', { jobId: this.id, path: part, reason: 'it is not a part name' });
    const signal = this.#abort.signal;
    for (let offset = 0; offset === 0 || offset < data.byteLength; offset += CHUNK_BYTES_MAX) {
      signal.throwIfAborted();
      const end = Math.min(offset + CHUNK_BYTES_MAX, data.byteLength);
      // Copied: the handler may use its buffer again at once.
      const piece = data.slice(offset, end);
      await this.frames.append({ type: 'chunk', part, data: piece, last: last && end === data.byteLength }, signal);
    }
  }

  #setUsage(meter: string, total: bigint): void {
    if (this.#abort.signal.aborted || this.frames.ended) return;
    const before = this.#usage.get(meter);
    if (total === before) return;
    if (total < (before ?? 0n)) {
      const from = (before ?? 0n).toString();
      throw new ByocError('USAGE_DECREASED', { jobId: this.id, meter, from, to: total.toString() });
    }
    this.#usage.set(meter, total);
    this.frames.conflate({ type: 'usage', usage: Object.fromEntries(this.#usage) });
  }

  async #update(paramsJson: Uint8Array): Promise<void> {
    const { capability } = this.#options.implementation;
    const schema = capability.schemas.update;
    const value = parseJsonBytes(this.id, paramsJson);
    const parsed = schema?.safeParse(value);
    if (parsed === undefined)
      throw new ByocError('JOB_UPDATE_UNSUPPORTED', { jobId: this.id, capability: capability.reference });
    if (!parsed.success) {
      throw new ByocError('CAPABILITY_INPUT_INVALID', {
        capability: capability.reference,
        issues: zodIssues(parsed.error, value),
      });
    }
    await this.#updates.push(parsed.data);
  }

  async #watchDeadline(): Promise<void> {
    const { clock, open } = this.#options;
    const timer = new AbortController();
    // `null`: a reason that nobody reads costs no stack trace.
    void this.ended.then(() => timer.abort(null));
    await clock.sleep(Math.max(0, open.deadline - clock.now()), { signal: timer.signal }).then(
      () =>
        this.cancel(
          new ByocError('JOB_DEADLINE_EXCEEDED', { jobId: this.id, deadline: new Date(open.deadline).toISOString() }),
        ),
      () => {},
    );
  }

  #makeDirectory(): JobDirectory {
    if (this.#directory !== undefined) return this.#directory;
    const root = join(this.#options.jobsPath, this.id);
    const dir = { in: join(root, 'in'), out: join(root, 'out'), tmp: join(root, 'tmp') };
    for (const path of Object.values(dir)) mkdirSync(path, { recursive: true });
    this.#directory = dir;
    return dir;
  }

  async #end(
    body:
      | { type: 'error'; error: ByocError }
      | {
          type: 'result';
          outputJson: Uint8Array;
          usage: Record<string, bigint>;
          parts: Awaited<ReturnType<typeof listOutputParts>>;
        },
  ): Promise<void> {
    if (await this.frames.append(body)) this.#markEnded();
  }

  #explain(error: unknown): ByocError {
    if (this.#abort.signal.aborted) return this.#abort.signal.reason as ByocError;
    if (isByocError(error)) return error;
    if (error instanceof JobError) {
      const { reason, message, hint, recovery } = error;
      return new ByocError('JOB_FAILED', { jobId: this.id, reason, message, hint, recovery }, { cause: error });
    }
    return new ByocError(
      'JOB_CRASHED',
      { jobId: this.id, message: error instanceof Error ? error.name : typeof error },
      { cause: error },
    );
  }
}

function toJsonBytes(jobId: string, value: unknown): Uint8Array {
  const bytes = encoder.encode(JSON.stringify(value) ?? 'null');
  if (bytes.byteLength > JSON_BYTES_MAX)
    throw new ByocError('FRAME_TOO_LARGE', { jobId, sizeBytes: bytes.byteLength, limitBytes: JSON_BYTES_MAX });
  return bytes;
}
