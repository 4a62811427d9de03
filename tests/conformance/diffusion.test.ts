import sharp from 'sharp';
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

describe('its image/upscale', async () => {
  const image = new Uint8Array(
    await sharp({ create: { width: 24, height: 16, channels: 3, background: '#369' } })
      .png()
      .toBuffer(),
  );
  const input = { image: { $part: 'image' }, scale: 2 };
  const target = folderTarget(
    'packages/plugin-diffusion',
    {
      capability: 'image/upscale@1.0.0',
      input,
      parts: { image },
      invalidInput: { image: 'a file', scale: 0 },
      invalidFields: ['/image', '/scale'],
      // It waits for its image.
      longJob: { input, parts: { image } },
    },
    { BYOC_DIFFUSION_PROVIDERS: 'cpu' },
  );
  // How the worker starts and ends is proven above.
  proveConformance({ ...target, start: undefined }, { lacks: ['live-part', 'own-worker'] });
});
