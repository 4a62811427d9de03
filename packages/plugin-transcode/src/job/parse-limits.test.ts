import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type TranscodeLimits } from './limits.ts';
import { LIMIT_VARIABLES, parseLimits } from './parse-limits.ts';

const names = Object.keys(LIMIT_VARIABLES) as (keyof TranscodeLimits)[];

describe('limits from the environment', () => {
  it('are the defaults where nothing is set', () => {
    expect(parseLimits({ BYOC_TRANSCODE_MAX_SECONDS: '' })).toEqual(DEFAULT_LIMITS);
  });

  it('change what is set and nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 1, max: 2 ** 40 }), (name, value) => {
        expect(parseLimits({ [LIMIT_VARIABLES[name]]: String(value) })).toEqual({ ...DEFAULT_LIMITS, [name]: value });
      }),
    );
  });

  it.each(['many', '-1', '0', 'Infinity', '1e999', '12 GiB'])('refuse `%s`', (text) => {
    expect(() => parseLimits({ BYOC_TRANSCODE_MAX_SECONDS: text })).toThrow(
      `BYOC_TRANSCODE_MAX_SECONDS is no positive number: \`${text}\``,
    );
  });

  it('are all in the README, with their defaults', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const name of names) expect(readme).toContain(`| \`${name}\` | \`${LIMIT_VARIABLES[name]}\` |`);
  });
});
