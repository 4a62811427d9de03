import { describe } from 'vitest';
import { folderTarget } from './folder-target.ts';
import { proveConformance } from './prove-conformance.ts';

describe('the worker of @byoc/plugin-llm, with its test model', () => {
  const target = folderTarget(
    'packages/plugin-llm',
    {
      capability: 'text/chat@1.0.0',
      input: { prompt: 'Hello!', temperature: 0 },
      invalidInput: { prompt: 7, maxOutputTokens: 0 },
      invalidFields: ['/prompt', '/maxOutputTokens'],
    },
    // One thread: more would wait for each other on a busy machine.
    { BYOC_LLM_THREADS: '1', BYOC_LLM_GPU: 'cpu' },
  );
  // It has no job that lasts until it is let go: the longest song ends with the context.
  proveConformance(target, {
    lacks: ['parts', 'live-part', 'long-job'],
  });
});
