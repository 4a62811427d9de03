import { expect, it } from 'vitest';
import { modelDigests } from './model-digests.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

it.each<[string, unknown, string[]]>([
  ['its model', { model: { name: 'm', digest: `sha256:${a}` } }, [a]],
  ['its model, in plain hex', { model: { digest: a } }, [a]],
  ['all of its models, sorted and once', { models: [{ digest: b }, { digest: a }, { digest: b }] }, [a, b]],
  ['none that is no digest', { model: { digest: 'v1' }, models: ['x', null, { digest: 7 }] }, []],
  ['none without a word about them', { text: a }, []],
  ['none of what is no object', null, []],
])('finds in an output %s', (_, output, expected) => {
  expect(modelDigests(output)).toEqual(expected.map((hex) => `sha256:${hex}`));
});

it('keeps no more than a receipt holds', () => {
  const models = Array.from({ length: 150 }, (_, index) => ({ digest: String(index).padStart(64, '0') }));
  expect(modelDigests({ models })).toHaveLength(100);
});
