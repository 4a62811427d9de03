import { describe, expect, it } from 'vitest';
import { planShape } from './plan-shape.ts';

function refusal(schema: unknown): string {
  try {
    planShape(schema);
    return 'nothing';
  } catch (error) {
    return (error as Error).message.replace("The JSON Schema can't be held to: ", '');
  }
}

describe('planShape', () => {
  it('reads objects, lists, choices and references', () => {
    const schema = {
      $defs: { size: { enum: ['s', 'm'] } },
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, description: 'Its name.' },
        size: { $ref: '#/$defs/size' },
        tags: { type: 'array', items: { type: ['string', 'null'] }, maxItems: 3 },
      },
      required: ['name'],
      additionalProperties: false,
    };
    expect(planShape(schema)).toMatchInlineSnapshot(`
      {
        "kind": "object",
        "properties": [
          {
            "key": "name",
            "required": true,
            "value": {
              "kind": "string",
              "max": undefined,
              "min": 1,
            },
          },
          {
            "key": "size",
            "required": false,
            "value": {
              "kind": "literal",
              "texts": [
                ""s"",
                ""m"",
              ],
            },
          },
          {
            "key": "tags",
            "required": false,
            "value": {
              "first": [],
              "kind": "array",
              "max": 3,
              "min": 0,
              "rest": {
                "forms": [
                  {
                    "kind": "string",
                    "max": undefined,
                    "min": 0,
                  },
                  {
                    "kind": "null",
                  },
                ],
                "kind": "union",
              },
            },
          },
        ],
      }
    `);
  });

  it('refuses by name what a grammar can not promise', () => {
    expect(refusal({ type: 'string', pattern: '^a' })).toMatchInlineSnapshot(
      `"\`pattern\` at \`/\` is more than a grammar can check here."`,
    );
    expect(refusal({ type: 'object', properties: { a: { type: 'number', minimum: 3 } } })).toMatchInlineSnapshot(
      `"\`minimum\` at \`/properties/a\` is more than a grammar can check here."`,
    );
    expect(refusal({ type: 'array', uniqueItems: true })).toMatchInlineSnapshot(
      `"\`uniqueItems\` at \`/\` is more than a grammar can check here."`,
    );
    expect(refusal({ allOf: [{ type: 'string' }] })).toMatchInlineSnapshot(
      `"\`allOf\` at \`/\` is more than a grammar can check here."`,
    );
    expect(refusal({ not: { type: 'string' } })).toMatchInlineSnapshot(
      `"\`not\` at \`/\` is more than a grammar can check here."`,
    );
    expect(refusal({ type: 'string', format: 'email' })).toMatchInlineSnapshot(`"\`format\` at \`/\` is "email"."`);
    expect(refusal({ oneOf: [{ type: 'number' }, { type: 'integer' }] })).toMatchInlineSnapshot(
      `"\`oneOf\` at \`/\` has forms that one value could fit at once; \`anyOf\` would do."`,
    );
    expect(refusal({ type: 'strnig' })).toMatchInlineSnapshot(`"\`type\` at \`/\` is "strnig"."`);
    expect(refusal(false)).toMatchInlineSnapshot(`"\`false\` at \`/\` is no schema that allows anything."`);
  });

  it('refuses schemas that no value or no end fits', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#' } } };
    expect(refusal(tree)).toMatchInlineSnapshot(
      `"\`$ref\` at \`/properties/child/properties/child\` is recursive: #."`,
    );
    expect(refusal({ $ref: '#/$defs/none' })).toMatchInlineSnapshot(`"\`$ref\` at \`/\` leads nowhere: #/$defs/none."`);
    expect(refusal({ $ref: 'https://example.com/schema' })).toMatchInlineSnapshot(
      `"\`$ref\` at \`/\` leaves the schema: https://example.com/schema."`,
    );
    expect(refusal({ type: 'integer', minimum: 3, maximum: 2 })).toMatchInlineSnapshot(
      `"\`maximum\` at \`/\` leaves no number."`,
    );
    expect(refusal({ type: 'string', enum: [1, 2] })).toMatchInlineSnapshot(`"\`enum\` at \`/\` leaves no value."`);
  });

  it('takes a choice of one where the forms can be told apart', () => {
    const form = (kind: string) => ({ type: 'object', properties: { kind: { const: kind } }, required: ['kind'] });
    expect(refusal({ oneOf: [form('a'), form('b'), { type: 'string' }] })).toBe('nothing');
    expect(refusal({ oneOf: [form('a'), form('a')] })).toContain('oneOf');
  });
});
