import type { z } from 'zod';
import type { JsonObject } from '../primitives/json.ts';

/**
 * What a count that can't be true costs: one that is missing at the end, falls, or is above its estimate. `reject`: the job fails
 * and costs nothing. `floor`: the last count that was right, at least 1. `estimate`: the meter's estimate.
 */
export type UsagePolicy = 'reject' | 'floor' | 'estimate';

/** A named cumulative counter of billable units. */
export interface Meter {
  /** The unit in the singular, for example `pixel`. */
  readonly unit: string;
  /** What is counted, one sentence. */
  readonly description?: string | undefined;
  /**
   * Upper bound of the meter for an input: a CEL expression over `input` that gives a whole number. Without it a quote
   * needs the worker (`EstimateUsage`) or an operator's limit.
   */
  readonly estimate?: string | undefined;
  /** What a count that can't be true costs, when the meter has a price. `estimate` needs an estimate. @default 'reject' */
  readonly policy?: UsagePolicy | undefined;
}

/** A capability's contract as plain JSON: what a client without TypeScript has. */
export interface CapabilityContract {
  /** `namespace/name`. */
  readonly name: string;
  /** Semver, exact. */
  readonly version: string;
  /** One sentence. */
  readonly description?: string | undefined;
  /** JSON Schema 2020-12 of the input. */
  readonly input: JsonObject;
  /** JSON Schema 2020-12 of the output. */
  readonly output: JsonObject;
  /** JSON Schema 2020-12 of an event; absent when the capability has none. */
  readonly event?: JsonObject | undefined;
  /** JSON Schema 2020-12 of live parameters; absent when the capability takes none. */
  readonly update?: JsonObject | undefined;
  /** Meters by name. */
  readonly meters: Readonly<Record<string, Meter>>;
}

/** A capability with its TypeScript types. Made by `defineCapability`. */
export interface Capability<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  E extends z.ZodType = z.ZodType,
  U extends z.ZodType = z.ZodType,
  M extends string = string,
> {
  /** `namespace/name`. */
  readonly name: string;
  /** Semver, exact. */
  readonly version: string;
  /** `namespace/name@version`. */
  readonly reference: string;
  /** The contract as plain JSON. */
  readonly contract: CapabilityContract;
  /** sha256:<hex> of the contract's canonical JSON (RFC 8785). */
  readonly digest: string;
  /** zod schemas, for typed use. */
  readonly schemas: {
    readonly input: I;
    readonly output: O;
    readonly event: E | undefined;
    readonly update: U | undefined;
  };
  /** Names of the meters. */
  readonly meterNames: readonly M[];
}

// biome-ignore lint/suspicious/noExplicitAny: the widest capability, for constraints only.
export type AnyCapability = Capability<any, any, any, any, any>;
/** What a caller writes as input. */
export type InputOf<C extends AnyCapability> = z.input<C['schemas']['input']>;
/** What a handler receives as input: defaults are filled in. */
export type ParsedInputOf<C extends AnyCapability> = z.output<C['schemas']['input']>;
/** What a caller receives as output. */
export type OutputOf<C extends AnyCapability> = z.output<C['schemas']['output']>;
/** An event of the capability. */
export type EventOf<C extends AnyCapability> =
  C extends Capability<z.ZodType, z.ZodType, infer E> ? z.output<E> : never;
/** Live parameters of the capability. */
export type UpdateOf<C extends AnyCapability> =
  C extends Capability<z.ZodType, z.ZodType, z.ZodType, infer U> ? z.output<U> : never;
/** Names of the capability's meters. */
export type MeterOf<C extends AnyCapability> = C['meterNames'][number];
