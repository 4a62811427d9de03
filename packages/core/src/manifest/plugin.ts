import type { z } from 'zod';
import type { AnyCapability, EventOf, MeterOf, OutputOf, ParsedInputOf, UpdateOf } from '../capability/capability.ts';
import type { BlobRef } from '../primitives/blob-ref.ts';
import type { JobId } from '../primitives/job-id.ts';
import type { JsonObject } from '../primitives/json.ts';
import type { Logger } from '../primitives/logger.ts';
import type { ManifestInput } from './manifest.ts';

/** How far a job is. */
export interface Progress {
  /** 0 to 1; absent when unknown. */
  readonly fraction?: number | undefined;
  /** A short word, for example `encode`. */
  readonly stage?: string | undefined;
  /** One line for a person. */
  readonly message?: string | undefined;
  /** More figures, for example `{ fps, speed, etaMs }`. */
  readonly details?: JsonObject | undefined;
}

/** The folders of a job, as the worker sees them. */
export interface JobDirectory {
  /** Parts that came in. */
  readonly in: string;
  /** Files to hand out; the handler writes here. */
  readonly out: string;
  /** Scratch, gone with the job. */
  readonly tmp: string;
}

/** A piece of an incoming part. */
export interface IncomingChunk {
  readonly part: string;
  readonly data: Uint8Array;
  readonly last: boolean;
}

/** What a handler gets. */
export interface JobContext<C extends AnyCapability> {
  readonly jobId: JobId;
  readonly capability: string;
  /** The input, validated, with defaults filled in. */
  readonly input: ParsedInputOf<C>;
  /** Aborted by cancel, deadline, drain and a lost caller. Its reason is a ByocError. */
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly dir: JobDirectory;
  readonly log: Logger;
  /** W3C `traceparent`, when the caller sent one. */
  readonly traceparent: string | undefined;
  /**
   * What a handler keeps of this job may serve other jobs with the same session, and no others. Undefined: it must serve none.
   */
  readonly session: string | undefined;
  /** The path of the bytes that a reference in the input names; waits until they are whole. */
  file(ref: BlobRef): Promise<string>;
  /** The bytes that a reference in the input names, as they come. Each part is read once. */
  stream(ref: BlobRef): AsyncIterable<Uint8Array>;
  /** Chunks of every part that neither `file` nor `stream` asked for, as they come (live input). */
  readonly chunks: AsyncIterable<IncomingChunk>;
  /** Live parameters, as they come. */
  readonly updates: AsyncIterable<UpdateOf<C>>;
  /** Sends an event. Await it: that is the backpressure. */
  emit(event: EventOf<C>): Promise<void>;
  /** Sends a piece of an output part, any size: it is cut into frames. */
  write(part: string, data: Uint8Array, options?: { last?: boolean }): Promise<void>;
  /** Tells how far the job is. Cheap: only the latest is sent. */
  progress(progress: Progress): void;
  readonly usage: {
    /** Sets a meter's total. A smaller total than before throws. */
    set(meter: MeterOf<C>, total: bigint | number): void;
  };
}

/**
 * A handler: an async function that returns the output, or an async generator that yields events and returns the output.
 * Throw `JobError` for a failure the caller should understand.
 */
export type Handler<C extends AnyCapability> = (
  context: JobContext<C>,
) => Promise<OutputOf<C>> | AsyncGenerator<EventOf<C>, OutputOf<C>, undefined>;

/** What setup returns: facts shown in offers (for example the engine in use). */
export interface SetupResult {
  readonly details?: JsonObject | undefined;
  readonly models?: readonly string[] | undefined;
  /** Jobs that it really runs at once. @default the manifest's `concurrency` */
  readonly slots?: number | undefined;
  /** Memory of accelerators in use. @default 0: unknown */
  readonly deviceMemoryBytes?: number | undefined;
}

/** What `setup` and `fitness` get. */
export interface SetupContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** A scratch folder. */
  readonly tmp: string;
  /** The models that the host has brought, by name: the folder of each, read-only. */
  readonly models: Readonly<Record<string, string>>;
  /** Tells what has changed since, at any time: fields that are left out stay as they are. */
  report(change: SetupResult): void;
  /** Puts a worker that serves out of service for good: what it is made of can't be mended from inside. Its host replaces it. */
  fail(reason: string): void;
}

/** A capability with the code that does it. Made by `implement`. */
export interface Implementation<C extends AnyCapability = AnyCapability> {
  readonly capability: C;
  readonly handler: Handler<C>;
  /** Upper bound of each meter for an input that CEL can't express. */
  readonly estimate?:
    | ((input: z.output<C['schemas']['input']>, signal: AbortSignal) => Promise<Record<string, bigint>>)
    | undefined;
}

/** A plugin: capabilities, their handlers and their life. Made by `definePlugin`. */
export interface Plugin {
  /** The manifest's own fields; capabilities are added from the implementations. */
  readonly manifest: Omit<ManifestInput, 'capabilities' | 'manifest' | 'protocol'>;
  readonly implementations: readonly Implementation[];
  /** Loads models and warms up. The worker is ready when it has returned. */
  readonly setup?: ((context: SetupContext) => Promise<SetupResult | undefined>) | undefined;
  /** A real self-test, after setup. Throw to stay out of service. */
  readonly fitness?: ((context: SetupContext) => Promise<void>) | undefined;
  /** Runs once, after the last job. */
  readonly teardown?: (() => Promise<void>) | undefined;
}
