import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { blob } from '../primitives/blob-ref.ts';
import type { CapabilityContract } from './capability.ts';
import { createContractValidator } from './contract-validator.ts';
import { defineCapability } from './define-capability.ts';
import { parseInput } from './parse-input.ts';

const capability = defineCapability({
  name: 'a/b',
  version: '1.0.0',
  input: z.object({
    steps: z.int().min(1).max(50).default(20),
    text: z.string().max(5),
    source: blob(),
    mode: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('fast') }),
      z.object({ kind: z.literal('good'), passes: z.int() }),
    ]),
    tags: z
      .array(z.enum(['a', 'b']))
      .max(2)
      .optional(),
    'odd/na~me': z.boolean().optional(),
  }),
  output: z.object({ url: z.url() }),
  meters: {},
});
const validator = createContractValidator(capability.contract);
const good = { text: 'hi', source: { $part: 'x' }, mode: { kind: 'fast' } };

const wrong: [title: string, input: unknown][] = [
  [
    'every field',
    { steps: 120, text: 'too long', source: { $part: 1 }, mode: { kind: 'good', passes: 1.5 }, tags: ['a', 'c'] },
  ],
  ['missing fields', {}],
  ['an unknown tag', { ...good, mode: { kind: 'bad' } }],
  ['a union of the wrong type', { ...good, source: 'file.mp4' }],
  ['a field with an odd name', { ...good, 'odd/na~me': 1 }],
  ['not an object', 'text'],
];

function parseIssues(input: unknown): unknown {
  try {
    parseInput(capability, input);
    return [];
  } catch (error) {
    return (error as { facts: { issues: unknown } }).facts.issues;
  }
}

describe('createContractValidator', () => {
  it('has nothing to say about a good value, and does not change it', () => {
    const value = structuredClone(good);
    expect(validator.validateInput(value)).toEqual([]);
    expect(value).toEqual(good);
  });

  it.each(wrong)('names what is wrong: %s', (_, input) => {
    expect(validator.validateInput(input)).toMatchSnapshot();
  });

  it('checks the output, and refuses events that the capability does not have', () => {
    expect(validator.validateOutput({ url: 'nope' })).toEqual([
      { path: '/url', message: 'must be a valid uri, got "nope"' },
    ]);
    expect(validator.validateEvent({})).toEqual([{ path: '', message: 'is not allowed: the capability has no event' }]);
  });

  it('names at most 50 issues, and says how many more there are', () => {
    const list = createContractValidator({
      ...capability.contract,
      input: { type: 'array', items: { type: 'string' } },
    });
    const issues = list.validateInput(Array.from({ length: 80 }, (_, index) => index));
    expect(issues).toHaveLength(51);
    expect(issues.at(-1)).toEqual({ path: '', message: 'has 30 more problems' });
  });

  it('survives a value that is nested beyond the stack', () => {
    const recursive = createContractValidator({
      ...capability.contract,
      input: { type: 'array', items: { $ref: '#' } },
    });
    let value: unknown[] = [];
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(recursive.validateInput(value)).toEqual([{ path: '', message: 'is nested too deep' }]);
  });

  const deep = (levels: number): object => (levels === 0 ? {} : { not: deep(levels - 1) });
  const hostile: [title: string, schema: object, word: string][] = [
    ['reaches for the network', { $ref: 'https://example.com/schema.json' }, 'leaves the schema'],
    ['renames itself', { $id: 'https://example.com/a', type: 'object' }, '$id'],
    ['is asynchronous', { $async: true }, '$async'],
    ['is too large', { description: 'x'.repeat(300_000) }, 'characters'],
    ['is too deep', deep(40), 'deeper'],
    ['has an endless pattern', { type: 'string', pattern: 'a'.repeat(1001) }, 'pattern'],
    ['is no JSON Schema', { type: 'banana' }, 'type'],
    ['has a pattern that is none', { type: 'string', pattern: '(' }, 'regular expression'],
  ];

  it.each(hostile)('refuses a schema that %s', (_, input, word) => {
    const contract = { ...capability.contract, input } as CapabilityContract;
    const check = () => createContractValidator(contract).validateInput('x');
    expect(check).toThrow(expect.objectContaining({ code: 'CAPABILITY_DEFINITION_INVALID' }));
    expect(check).toThrow(word);
  });

  it('takes data that only looks like a reference', () => {
    const input = {
      type: 'object',
      default: { $ref: 'https://example.com' },
      properties: { $ref: { type: 'string' } },
    };
    const contract = { ...capability.contract, input };
    expect(createContractValidator(contract).validateInput({ $ref: 'x' })).toEqual([]);
  });
});

describe('parseInput', () => {
  it('fills in defaults', () => {
    expect(parseInput(capability, good)).toMatchObject({ steps: 20 });
  });

  it.each(wrong)('names what is wrong: %s', (_, input) => {
    expect(parseIssues(input)).toMatchSnapshot();
  });
});

it('holds each field to its own pattern', () => {
  const patterns = defineCapability({
    name: 'a/patterns',
    version: '1.0.0',
    input: z.object({ word: z.string().regex(/^[a-z]+$/), number: z.string().regex(/^[0-9]+$/) }),
    output: z.object({}),
    meters: {},
  });
  const { validateInput } = createContractValidator(patterns.contract);
  expect(validateInput({ word: 'one', number: '1' })).toEqual([]);
  expect(validateInput({ word: '1', number: 'one' }).map(({ path }) => path)).toEqual(['/word', '/number']);
});
