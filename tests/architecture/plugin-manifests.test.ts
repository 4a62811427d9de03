import { readFileSync } from 'node:fs';
import { deriveManifest, manifestText, type Plugin, parseManifest } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import { plugin as echo } from '../../examples/echo/plugin.ts';
import { plugin as textReverse } from '../../examples/text-reverse/plugin.ts';

const plugins: [folder: string, plugin: Plugin][] = [
  ['examples/echo', echo],
  ['examples/text-reverse', textReverse],
];

describe.each(plugins)('%s/plugin.json', (folder, plugin) => {
  const text = readFileSync(new URL(`../../${folder}/plugin.json`, import.meta.url), 'utf8');

  it('is what the code derives', () => {
    expect(text).toBe(manifestText(deriveManifest(plugin)));
  });

  it('parses', () => {
    expect(parseManifest(text, { location: folder })).toEqual(deriveManifest(plugin));
  });
});
