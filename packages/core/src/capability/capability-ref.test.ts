import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchCapability, matchesCapability, parseCapabilityRef } from './capability-ref.ts';

describe('parseCapabilityRef', () => {
  it('reads a name alone, with a version, and with a range', () => {
    expect(parseCapabilityRef('video/transcode')).toEqual({ name: 'video/transcode', range: '*', version: undefined });
    expect(parseCapabilityRef('video/transcode@1.2.3')).toMatchObject({ range: '1.2.3', version: '1.2.3' });
    expect(parseCapabilityRef('video/transcode@^1')).toMatchObject({ range: '^1', version: undefined });
  });

  it.each(['', 'video', 'Video/x', 'a/b/c', 'a/b@', 'a/b@x.y', '/b', 'a/', `a/${'b'.repeat(300)}`, 'a/b@1@2'])(
    'refuses `%s`',
    (text) => {
      expect(() => parseCapabilityRef(text)).toThrow(expect.objectContaining({ code: 'CAPABILITY_REFERENCE_INVALID' }));
    },
  );

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(text.startsWith(parseCapabilityRef(text).name)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CAPABILITY_REFERENCE_INVALID' });
        }
      }),
    );
  });
});

describe('matchesCapability', () => {
  it('compares names and versions', () => {
    expect(matchesCapability('a/b@1.4.0', 'a/b')).toBe(true);
    expect(matchesCapability('a/b@1.4.0', 'a/b@^1.2')).toBe(true);
    expect(matchesCapability('a/b@2.0.0', 'a/b@^1.2')).toBe(false);
    expect(matchesCapability('a/c@1.4.0', 'a/b')).toBe(false);
  });

  it('gives a pre-release only to a range that names one', () => {
    expect(matchesCapability('a/b@2.0.0-beta.1', 'a/b')).toBe(false);
    expect(matchesCapability('a/b@2.0.0-beta.1', 'a/b@^2.0.0-beta')).toBe(true);
  });
});

describe('matchCapability', () => {
  const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9));

  it('picks the highest version of the range, in any order', () => {
    fc.assert(
      fc.property(fc.array(version), fc.nat(9), (versions, major) => {
        const fitting = versions.filter(([first]) => first === major);
        const [highest] = fitting.toSorted((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
        const picked = matchCapability(
          `a/b@${major}.x`,
          versions.map((numbers) => `a/b@${numbers.join('.')}`),
        );
        expect(picked).toBe(highest && `a/b@${highest.join('.')}`);
      }),
    );
  });
});
