import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveManifest, manifestText } from '@byoc/core';
import { expect, it } from 'vitest';
import { createLlmPlugin } from './plugin.ts';

it('has a plugin.json that says what the code says (npm run manifest writes it)', async () => {
  const written = await readFile(join(import.meta.dirname, '../plugin.json'), 'utf8');
  const engine = () => Promise.reject(new Error('a manifest needs no engine'));
  expect(written).toBe(manifestText(deriveManifest(createLlmPlugin({ engine }))));
});
