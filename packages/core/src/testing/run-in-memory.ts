import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyCapability, EventOf, InputOf, OutputOf } from '../capability/capability.ts';
import type { Plugin, Progress } from '../manifest/plugin.ts';
import { createJobId } from '../primitives/job-id.ts';
import type { CallerFrame, OutputPart } from '../protocol/frames.ts';
import { createWorker } from '../worker/create-worker.ts';

/** What a job gave. */
export interface InMemoryResult<C extends AnyCapability> {
  readonly output: OutputOf<C>;
  readonly usage: Readonly<Record<string, bigint>>;
  readonly events: readonly EventOf<C>[];
  readonly progress: readonly Progress[];
  /** Files of the output; they are gone when this function has returned, so read them in `inspect`. */
  readonly parts: readonly OutputPart[];
}

/**
 * Runs one job of a plugin in this process, without sockets or an orchestrator: validation, frames, usage and output checks are
 * those of a real worker.
 *
 * @throws ByocError what the job failed with
 * @example
 * const { output } = await runInMemory(plugin, echo, { text: 'hello' })
 */
export async function runInMemory<C extends AnyCapability>(
  plugin: Plugin,
  capability: C,
  input: InputOf<C>,
  options: {
    /** Bytes of the parts that the input names by `{ $part }`. */
    parts?: Readonly<Record<string, Uint8Array>>;
    /** Looks at the job's `out` folder before it goes. */
    inspect?: (outDirectory: string) => Promise<void>;
    /** @default 60000 */
    deadlineMs?: number;
  } = {},
): Promise<InMemoryResult<C>> {
  const jobsPath = await mkdtemp(join(tmpdir(), 'byoc-in-memory-'));
  const worker = createWorker(plugin, { jobsPath, tmpPath: jobsPath });
  const jobId = createJobId();
  const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
  async function* frames(): AsyncGenerator<CallerFrame> {
    yield {
      type: 'open',
      jobId,
      capability: capability.reference,
      inputJson: new TextEncoder().encode(JSON.stringify(input)),
      deadline: Date.now() + (options.deadlineMs ?? 60_000),
      traceparent: '',
      onDisconnect: 'cancel',
      stagedParts: [],
    };
    for (const [part, data] of Object.entries(options.parts ?? {})) yield { type: 'chunk', part, data, last: true };
    yield { type: 'end' };
  }
  try {
    await worker.setup();
    const events: EventOf<C>[] = [];
    const progress: Progress[] = [];
    for await (const batch of worker.runJob(frames())) {
      for (const frame of batch) {
        if (frame.type === 'event') events.push(decode(frame.eventJson));
        else if (frame.type === 'progress') progress.push(frame.progress);
        else if (frame.type === 'error') throw frame.error;
        else if (frame.type === 'result') {
          await options.inspect?.(join(jobsPath, jobId, 'out'));
          return { output: decode(frame.outputJson), usage: frame.usage, events, progress, parts: frame.parts };
        }
      }
    }
    throw new Error('the job ended without a result');
  } finally {
    await worker.close();
    await rm(jobsPath, { recursive: true, force: true });
  }
}
