import { describe } from 'vitest';
import { folderTarget } from './folder-target.ts';
import { proveConformance } from './prove-conformance.ts';

describe('the worker of @byoc/plugin-diffusion', () => {
  const target = folderTarget(
    'packages/plugin-diffusion',
    {
      capability: 'image/generate@1.0.0',
      input: { prompt: 'a red circle', steps: 2, seed: 1, width: 128, height: 128 },
      invalidInput: { prompt: 7, width: 100 },
      invalidFields: ['/prompt', '/width'],
      longJob: { input: { prompt: 'a red circle', steps: 50, count: 16 } },
    },
    { BYOC_DIFFUSION_PROVIDERS: 'cpu' },
  );
  proveConformance(target, {
    lacks: ['parts', 'live-part'],
  });
});
