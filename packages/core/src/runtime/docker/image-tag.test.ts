import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imageTag } from './image-tag.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,5}(\/[a-z0-9][a-z0-9-]{0,5})?$/);
const version = fc.constantFrom('1.0.0', '1.0.0-rc.1', '1.0.0+build', '1.0.0-build', '1.0.0+a.b');
const plugin = fc.record({ name, version });

it('is a reference that every engine takes', () => {
  const component = /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/.source;
  const reference = new RegExp(`^${component}(/${component})*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`);
  fc.assert(
    fc.property(plugin, (each) => {
      expect(imageTag(each)).toMatch(reference);
    }),
  );
  expect(imageTag({ name: 'video/transcode', version: '1.2.3' })).toBe('byoc/video/transcode:1.2.3');
});

it('differs for plugins that differ', () => {
  fc.assert(
    fc.property(plugin, plugin, (a, b) => {
      expect(imageTag(a) === imageTag(b)).toBe(a.name === b.name && a.version === b.version);
    }),
    {
      examples: [
        [
          { name: 'a/b', version: '1.0.0' },
          { name: 'a-b', version: '1.0.0' },
        ],
      ],
    },
  );
});
