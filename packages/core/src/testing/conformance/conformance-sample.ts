import type { JsonValue } from '../../primitives/json.ts';

/** A job that runs until the kit lets it end. It may also wait for its frames to be read. */
export interface LongJobSample {
  readonly input: JsonValue;
  /** Bytes that it waits for, by part name: sent to let it end. @default none */
  readonly parts?: Readonly<Record<string, Uint8Array>> | undefined;
  /** A part that it reads while it runs and does not need. Without one, cases on chunks midway are left out. */
  readonly livePart?: string | undefined;
  /** Lets it end. @default the kit sends `parts` and reads the frames */
  readonly release?: ((job: { jobId: string; jobsPath: string | undefined }) => Promise<void>) | undefined;
}

/** What the kit can't know of a worker: one of its capabilities, and jobs to try it with. */
export interface ConformanceSample {
  /** `namespace/name@version`. */
  readonly capability: string;
  /** The input of a small job that ends by itself. */
  readonly input: JsonValue;
  /** Bytes of the parts that the input names by `{ "$part": name }`. @default none */
  readonly parts?: Readonly<Record<string, Uint8Array>> | undefined;
  /** An input that fails the capability's schema. */
  readonly invalidInput: JsonValue;
  /** JSON pointers that the refusal of `invalidInput` must name, all. @default any */
  readonly invalidFields?: readonly string[] | undefined;
  /** Parameters that fail the update schema, for a capability that has one. */
  readonly invalidUpdate?: JsonValue | undefined;
  /** Without it, cases about running jobs are left out. */
  readonly longJob?: LongJobSample | undefined;
}
