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
    leftOut: ['reads-staged-parts', 'misses-parts', 'wants-nothing-after-the-last-chunk', 'wants-nothing-after-end'],
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
    leftOut: [
      'busy-without-slots',
      'reads-staged-parts',
      'misses-parts',
      'opens-once',
      'wants-nothing-after-the-last-chunk',
      'wants-nothing-after-end',
      'refuses-large-chunks',
      'checks-part-names',
      'ends-on-empty-frames',
      'checks-updates',
      'refuses-running-ids',
      'keeps-the-deadline',
      'cancel-by-id',
      'caller-leaves',
      'job-goes-on-alone',
      'attach-follows',
      'drain-lets-jobs-end',
      'drain-cancels-at-its-grace',
      'sigterm-drains',
    ],
  });
});
