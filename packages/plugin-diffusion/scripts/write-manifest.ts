import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveManifest, manifestText } from '@byoc/core';
import { createDiffusionPlugin } from '../src/plugin.ts';

await writeFile(join(import.meta.dirname, '../plugin.json'), manifestText(deriveManifest(createDiffusionPlugin())));
