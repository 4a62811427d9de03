import { createContractValidator, defineCapability, type JsonObject } from '@byoc/core';
import type { LlmEngine } from '@byoc/plugin-llm/engine';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask, startTinyEngine } from './tiny-llm.ts';

type Schema = JsonObject;

/** Schemas of everything that a grammar can hold a model to, shallow enough for a short answer. */
const schemas: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom<Schema>(
      ...[{ type: 'boolean' }, { type: 'null' }, { const: 'a "quoted" one\n' }, { enum: [1, 'two', null] }],
      ...[
        { type: 'string', format: 'date' },
        { type: 'string', format: 'time' },
        { type: 'string', format: 'uuid' },
      ],
      { type: ['string', 'null'], maxLength: 3 },
    ),
    fc.tuple(fc.nat(4), fc.nat(4)).map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
    fc.tuple(fc.integer({ min: -300, max: 300 }), fc.nat(300)).map(([minimum, more]) => ({
      ...{ type: 'integer', minimum, maximum: minimum + more },
    })),
    fc
      .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'é', '"'), tie('schema'), { maxKeys: 3 }), fc.boolean())
      .map(([properties, all]) => ({
        ...{ type: 'object', properties, additionalProperties: false },
        required: Object.keys(properties).slice(0, all ? 3 : 1),
      })),
    fc.tuple(tie('schema'), fc.nat(2), fc.nat(2)).map(([items, minItems, more]) => ({
      ...{ type: 'array', items, minItems, maxItems: minItems + more },
    })),
    fc.tuple(tie('schema'), tie('schema')).map((anyOf) => ({ anyOf })),
  ),
})).schema;

/** The validator that contracts get: ajv, not ours. */
function validatorOf(schema: Schema) {
  const base = defineCapability({ name: 'a/b', version: '1.0.0', input: z.unknown(), output: z.unknown(), meters: {} });
  return createContractValidator({ ...base.contract, output: schema });
}

describe('JSON of the llama engine', () => {
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = await startTinyEngine();
  });
  afterAll(() => engine.close());

  it('is what the model would say, when the schema allows it', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } } };
    const answer = await ask(engine, {
      prompt: 'Show a person as JSON.',
      responseFormat: { type: 'json-schema', schema },
    });
    expect(answer.content).toBe('{"name": "Ada", "age": 36}');
  });

  it('is valid for any schema, however wild the model guesses', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, fc.nat(1e6), async (schema, seed) => {
        const answer = await ask(engine, {
          ...{ prompt: 'Hello!', temperature: 3, topK: 0, topP: 1, minP: 0, seed, maxOutputTokens: 400 },
          responseFormat: { type: 'json-schema', schema },
        });
        if (answer.finishReason === 'length') return;
        const value = JSON.parse(answer.content);
        // Bytes that are no character are counted otherwise by llama.cpp than by us: a length may be off then.
        if (answer.content.includes('\ufffd')) return;
        expect([schema, answer.content, validatorOf(schema).validateOutput(value)]).toEqual([
          schema,
          answer.content,
          [],
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('is some object when no schema is given', async () => {
    const answer = await ask(engine, {
      ...{ prompt: 'Hello!', temperature: 1, seed: 5, maxOutputTokens: 200 },
      responseFormat: { type: 'json-object' },
    });
    expect(answer.content).toMatch(/^\{/);
    if (answer.finishReason !== 'length') expect(JSON.parse(answer.content)).toBeTypeOf('object');
  });

  it('is refused, by the name of the keyword, when a grammar can not promise it', async () => {
    const schema = { type: 'object', properties: { mail: { type: 'string', pattern: '@' } } };
    await expect(
      ask(engine, { prompt: 'Hello!', responseFormat: { type: 'json-schema', schema } }),
    ).rejects.toMatchObject({
      reason: 'schema-unsupported',
      recovery: 'fix-request',
      message: expect.stringContaining('`pattern` at `/properties/mail`'),
    });
  });
});
