import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { folderTarget } from './folder-target.ts';
import { proveConformance } from './prove-conformance.ts';

describe('the worker of the gated fixture', () => {
  const target = folderTarget('tests/fixtures/gated-plugin', {
    capability: 'test/gated@1.0.0',
    input: { steps: 20, free: true },
    invalidInput: { steps: 0, free: 'yes' },
    invalidFields: ['/steps', '/free'],
    invalidUpdate: { note: 7 },
    longJob: {
      input: { steps: 1, listens: true },
      livePart: 'live',
      async release({ jobId, jobsPath = '' }) {
        const folder = join(jobsPath, jobId, 'tmp');
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, 'step-1'), '');
      },
    },
  });
  proveConformance(target, { lacks: ['parts'] });
});
