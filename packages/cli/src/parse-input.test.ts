import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from './parse-duration.ts';
import { parseInput } from './parse-input.ts';

describe('parseInput', () => {
  it('takes JSON values as such and everything else as text', () => {
    expect(parseInput(['text=hello', 'count=3', 'deep=true', 'list=[1,2]', 'quoted="3"', 'equation=a=b'])).toEqual({
      text: 'hello',
      count: 3,
      deep: true,
      list: [1, 2],
      quoted: '3',
      equation: 'a=b',
    });
  });

  it('builds objects and arrays from dotted paths', () => {
    expect(parseInput(['outputs.0.kind=hls', 'outputs.1.kind=thumbnails', 'video.preset=fast'])).toEqual({
      outputs: [{ kind: 'hls' }, { kind: 'thumbnails' }],
      video: { preset: 'fast' },
    });
  });

  it('refuses what it can not read, with the argument', () => {
    expect(() => parseInput(['novalue'])).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The argument \`novalue\` can't be read: it is neither \`key=value\` nor \`@file.json\`.
      Hint: See the examples of \`byoc run --help\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#input_argument_invalid]
    `);
    expect(() => parseInput(['a=1', 'a.b=2'])).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The argument \`a.b=2\` can't be read: \`a\` has a value already.
      Hint: See the examples of \`byoc run --help\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#input_argument_invalid]
    `);
    expect(() => parseInput(['__proto__.polluted=1'])).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The argument \`__proto__.polluted=1\` can't be read: \`__proto__.polluted\` is not a path.
      Hint: See the examples of \`byoc run --help\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#input_argument_invalid]
    `);
    expect(() => parseInput(['@/does/not/exist.json'])).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The argument \`@/does/not/exist.json\` can't be read: ENOENT: no such file or directory, open '/does/not/exist.json'.
      Hint: See the examples of \`byoc run --help\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#input_argument_invalid]
    `);
  });

  it('gives back any flat JSON object', () => {
    const key = fc.stringMatching(/^[a-z][a-zA-Z_]{0,8}$/).filter((text) => !text.startsWith('__'));
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (object) => {
        const args = Object.entries(object).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
        expect(parseInput(args)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });
});

describe('parseDurationMs', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
  ])('reads %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it('refuses a number without a unit', () => {
    expect(() => parseDurationMs('90')).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The argument \`90\` can't be read: a duration looks like \`90s\`, \`10m\`, \`1h\` or \`30d\`.
      Hint: See the examples of \`byoc run --help\`.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#input_argument_invalid]
    `);
  });
});
