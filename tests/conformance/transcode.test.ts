import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { makeSource, picture, quick } from '../integration/transcode/make-source.ts';
import { hasPart } from '../support/require-part.ts';
import { folderTarget } from './folder-target.ts';
import { proveConformance } from './prove-conformance.ts';

const hasFfmpeg = await hasPart('ffmpeg');

describe.skipIf(!hasFfmpeg)('the worker of @byoc/plugin-transcode', async () => {
  const source = hasFfmpeg ? await video() : new Uint8Array();
  const input = { source: { $part: 'source' }, outputs: [{ kind: 'mp4' }], ladder: [{ height: 90 }] };
  const target = folderTarget('packages/plugin-transcode', {
    capability: 'video/transcode@1.0.0',
    input,
    parts: { source },
    invalidInput: { source: 'a file', outputs: [] },
    invalidFields: ['/source', '/outputs'],
    // It waits for its source.
    longJob: { input, parts: { source } },
  });
  proveConformance(target, { lacks: ['live-part'] });
});

async function video(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-conformance-source-'));
  try {
    return await readFile(await makeSource(join(folder, 'source.mp4'), [...picture('160x90', 25, 1), ...quick]));
  } finally {
    await rm(folder, { recursive: true });
  }
}
