import { describe } from 'vitest';
import { folderTarget } from './folder-target.ts';
import { proveConformance } from './prove-conformance.ts';

describe('the worker of examples/text-reverse', () => {
  const target = folderTarget('examples/text-reverse', {
    capability: 'demo/text-reverse@1.0.0',
    input: { text: 'a small text, turned round', chunkCharacters: 5 },
    invalidInput: { text: 7, chunkCharacters: 0 },
    invalidFields: ['/text', '/chunkCharacters'],
    // More events than fit on the way: it waits for somebody to read them.
    longJob: { input: { text: '€'.repeat(100_000), chunkCharacters: 2 } },
  });
  proveConformance(target, {
    lacks: ['parts', 'live-part'],
  });
});

describe('the worker of examples/echo', () => {
  const target = folderTarget('examples/echo', {
    capability: 'demo/echo@1.0.0',
    input: { text: 'hello' },
    invalidInput: { words: 'hello' },
    invalidFields: ['/text'],
  });
  // It has no job that lasts.
  proveConformance(target, {
    lacks: ['parts', 'live-part', 'long-job'],
  });
});
