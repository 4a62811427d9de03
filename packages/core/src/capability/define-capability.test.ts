import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCapability } from './define-capability.ts';
import { meter } from './meter.ts';

const base = { name: 'a/b', version: '1.0.0', input: z.object({}), output: z.object({}), meters: {} };

function reasonOf(change: Partial<Parameters<typeof defineCapability>[0]>): string {
  try {
    defineCapability({ ...base, ...change });
    return 'nothing was thrown';
  } catch (error) {
    return (error as { shortMessage: string }).shortMessage;
  }
}

describe('defineCapability', () => {
  it('writes the contract as JSON Schema 2020-12: inputs may leave out defaults, outputs may not', () => {
    const fields = z.object({ text: z.string().default('x') });
    const { contract, reference, digest, meterNames } = defineCapability({
      ...base,
      input: fields,
      output: fields,
      meters: { units: meter({ unit: 'unit' }) },
    });
    expect(contract.input['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(contract.input['required']).toBeUndefined();
    expect(contract.output['required']).toEqual(['text']);
    expect(reference).toBe('a/b@1.0.0');
    expect(meterNames).toEqual(['units']);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('gives the same digest to the same contract, and another to any change', () => {
    const once = defineCapability(base).digest;
    expect(defineCapability({ ...base, input: z.object({}) }).digest).toBe(once);
    expect(defineCapability({ ...base, description: 'New.' }).digest).not.toBe(once);
  });

  it('names the place of a type that JSON Schema can not say', () => {
    const dates = z.object({ list: z.array(z.object({ at: z.date() })) });
    expect(reasonOf({ input: dates })).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: \`input/list/*/at\`: Date cannot be represented in JSON Schema."`,
    );
    expect(reasonOf({ output: z.object({ by: z.record(z.string(), z.bigint()) }) })).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: \`output/by/*\`: BigInt cannot be represented in JSON Schema."`,
    );
    expect(
      reasonOf({ output: z.object({ pair: z.tuple([z.string(), z.map(z.string(), z.string())]) }) }),
    ).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: \`output/pair/1\`: Map cannot be represented in JSON Schema."`,
    );
    expect(reasonOf({ event: z.string().transform(Number) })).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: \`event\`: Transforms cannot be represented in JSON Schema."`,
    );
  });

  it('refuses names, versions, meters and estimates that can not be', () => {
    expect(reasonOf({ name: 'nope' })).toMatchInlineSnapshot(
      `"Capability nope@1.0.0 can't be defined: the name \`nope\` is not of the form \`namespace/name\`."`,
    );
    expect(reasonOf({ version: '^1' })).toMatchInlineSnapshot(
      `"Capability a/b@^1 can't be defined: \`^1\` is not an exact version."`,
    );
    expect(reasonOf({ meters: { 'Bad Name': { unit: 'x' } } })).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: the meter name \`Bad Name\` is not lower-case letters, digits and \`_\`."`,
    );
    expect(reasonOf({ meters: { good: { unit: '' } } })).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: meter \`good\` has no unit."`,
    );
    expect(reasonOf({ meters: { good: { unit: 'x', estimate: 'size(' } } })).toMatchInlineSnapshot(
      `"The estimate of meter \`good\` (\`size(\`) failed: Unexpected token: EOF."`,
    );
  });
});
