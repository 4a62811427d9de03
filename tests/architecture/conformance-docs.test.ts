import { readFileSync } from 'node:fs';
import { conformanceCases } from '@byoc/core/testing';
import { describe, expect, it } from 'vitest';

const spec = readFileSync(new URL('../../docs/spec/worker-protocol.md', import.meta.url), 'utf8');
const stated = [...spec.matchAll(/^- \*\*(W-\d+)\*\*/gm)].map(([, number]) => number);
const rows = [...spec.matchAll(/^\| (W-\d+) \| (.+) \|$/gm)].map(([, number, cases]) => ({ number, cases }));

describe('docs/spec/worker-protocol.md', () => {
  it('has a row of the conformance kit for every rule', () => {
    expect(rows.map(({ number }) => number)).toEqual(stated);
  });

  it.each(rows)('names the cases that prove $number, or why none does', ({ number = '', cases = '' }) => {
    const proving = conformanceCases.filter(({ musts }) => musts.includes(number)).map(({ id }) => `\`${id}\``);
    if (proving.length > 0) expect(cases).toBe(proving.join(', '));
    else expect(cases).toMatch(/^not proven: \w/);
  });
});

describe('the conformance kit', () => {
  it('names rules that there are, and each case once', () => {
    expect(conformanceCases.flatMap(({ musts }) => musts).filter((number) => !stated.includes(number))).toEqual([]);
    const ids = conformanceCases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
