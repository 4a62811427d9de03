import semver from 'semver';
import { z } from 'zod';
import { ByocError } from '../errors/byoc-error.ts';
import type { JsonObject } from '../primitives/json.ts';
import type { Capability, CapabilityContract, Meter } from './capability.ts';
import { isCapabilityName } from './capability-ref.ts';
import { checkEstimate } from './check-estimate.ts';
import { contractDigest } from './contract-digest.ts';
import { jsonPointer } from './json-pointer.ts';

/** What a capability is made of. */
export interface CapabilityDefinition<
  I extends z.ZodType,
  O extends z.ZodType,
  E extends z.ZodType,
  U extends z.ZodType,
  M extends Readonly<Record<string, Meter>>,
> {
  /** `namespace/name`: lower-case letters, digits and `-`. */
  readonly name: string;
  /** Semver, exact. */
  readonly version: string;
  /** One sentence. */
  readonly description?: string | undefined;
  readonly input: I;
  readonly output: O;
  /** What a job may tell while it runs. @default none */
  readonly event?: E | undefined;
  /** Parameters that a caller may change while the job runs. @default none */
  readonly update?: U | undefined;
  /** Billable units by name; names are lower-case letters, digits and `_`. */
  readonly meters: M;
}

/**
 * Defines a capability once: types, JSON Schemas, validation and the digest all come from it.
 *
 * @example
 * const echo = defineCapability({
 *   name: 'demo/echo',
 *   version: '1.0.0',
 *   input: z.object({ text: z.string().max(10_000) }),
 *   output: z.object({ text: z.string() }),
 *   meters: { characters: meter({ unit: 'character', estimate: 'size(input.text)' }) },
 * });
 * @throws ByocError CAPABILITY_DEFINITION_INVALID, ESTIMATE_INVALID
 */
export function defineCapability<
  I extends z.ZodType,
  O extends z.ZodType,
  const M extends Readonly<Record<string, Meter>>,
  E extends z.ZodType = z.ZodNever,
  U extends z.ZodType = z.ZodNever,
>(definition: CapabilityDefinition<I, O, E, U, M>): Capability<I, O, E, U, keyof M & string> {
  const { name, version, description, input, output, event, update, meters } = definition;
  const reference = `${name}@${version}`;
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('CAPABILITY_DEFINITION_INVALID', { capability: reference, reason }, { cause });

  if (!isCapabilityName(name)) throw refuse(`the name \`${name}\` is not of the form \`namespace/name\``);
  if (semver.valid(version) !== version.replace(/\+.*$/, '')) throw refuse(`\`${version}\` is not an exact version`);
  for (const [meterName, { unit, estimate, policy }] of Object.entries(meters)) {
    if (!/^[a-z][a-z0-9_]*$/.test(meterName)) {
      throw refuse(`the meter name \`${meterName}\` is not lower-case letters, digits and \`_\``);
    }
    if (unit === '') throw refuse(`meter \`${meterName}\` has no unit`);
    if (estimate !== undefined) checkEstimate(meterName, estimate);
    if (policy === 'estimate' && estimate === undefined)
      throw refuse(`meter \`${meterName}\` has the policy \`estimate\`, and no estimate`);
  }

  const schemaOf = (part: string, schema: z.ZodType, io: 'input' | 'output') => toSchema(part, schema, io, refuse);
  const contract: CapabilityContract = {
    name,
    version,
    ...(description === undefined ? {} : { description }),
    input: schemaOf('input', input, 'input'),
    output: schemaOf('output', output, 'output'),
    ...(event === undefined ? {} : { event: schemaOf('event', event, 'output') }),
    ...(update === undefined ? {} : { update: schemaOf('update', update, 'input') }),
    meters,
  };
  return {
    name,
    version,
    reference,
    contract,
    digest: contractDigest(contract),
    schemas: { input, output, event, update },
    meterNames: Object.keys(meters) as (keyof M & string)[],
  };
}

type Refuse = (reason: string, cause?: unknown) => ByocError;

/** The JSON Schema of a zod schema; names the place of the first type that JSON Schema can't say. */
function toSchema(part: string, schema: z.ZodType, io: 'input' | 'output', refuse: Refuse): JsonObject {
  const options = { target: 'draft-2020-12', io, reused: 'inline' } as const;
  try {
    // zod's result carries a non-enumerable helper; the round trip leaves plain JSON.
    return JSON.parse(JSON.stringify(z.toJSONSchema(schema, options))) as JsonObject;
  } catch (cause) {
    const place = findUnrepresentable(schema, options);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`\`${part}${place === undefined ? '' : jsonPointer(place)}\`: ${reason}`, cause);
  }
}

function findUnrepresentable(schema: z.ZodType, options: { io: 'input' | 'output' }): PropertyKey[] | undefined {
  let found: PropertyKey[] | undefined;
  try {
    z.toJSONSchema(schema, {
      ...options,
      unrepresentable: 'any',
      override: ({ zodSchema, path }) => {
        if (found === undefined && !isRepresentable(zodSchema, options)) found = fieldPath(path);
      },
    });
  } catch {
    return undefined;
  }
  return found;
}

/** Children are visited before their parents, so the first that fails is the culprit. */
function isRepresentable(schema: z.core.$ZodType, options: { io: 'input' | 'output' }): boolean {
  try {
    z.toJSONSchema(schema, options);
    return true;
  } catch {
    return false;
  }
}

/** Turns a place in a schema into a place in a value: the words of the schema go, every item is `*`. */
function fieldPath(path: readonly PropertyKey[]): PropertyKey[] {
  const fields: PropertyKey[] = [];
  for (let at = 0; at < path.length; at += 1) {
    const key = path[at];
    if (key === 'properties' || key === 'prefixItems') {
      at += 1;
      fields.push(path[at] ?? '');
    } else if (key === 'anyOf' || key === 'oneOf' || key === 'allOf') at += 1;
    else if (key === 'items' || key === 'additionalProperties') fields.push('*');
  }
  return fields;
}
