import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveManifest, manifestText } from '@byoc/core';
import { expect, it } from 'vitest';
import { FAILURE_REASONS } from './model/image-failure.ts';
import { createDiffusionPlugin } from './plugin.ts';
import { SCHEDULER_NAMES } from './schedulers/select-scheduler.ts';

const read = (file: string) => readFile(join(import.meta.dirname, '..', file), 'utf8');

it('has a plugin.json that says what the code says (npm run manifest writes it)', async () => {
  const engine = () => Promise.reject(new Error('a manifest needs no engine'));
  expect(await read('plugin.json')).toBe(manifestText(deriveManifest(createDiffusionPlugin({ engine }))));
});

it('has a README that names every reason and every scheduler', async () => {
  const text = await read('README.md');
  for (const word of [...FAILURE_REASONS, ...SCHEDULER_NAMES]) expect(text).toContain(`\`${word}\``);
});
