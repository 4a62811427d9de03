import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveManifest, manifestText } from '@byoc/core';
import { createDiffusionPlugin } from '../src/plugin.ts';

const engine = () => Promise.reject(new Error('a manifest needs no engine'));
await writeFile(
  join(import.meta.dirname, '../plugin.json'),
  manifestText(deriveManifest(createDiffusionPlugin({ engine }))),
);
