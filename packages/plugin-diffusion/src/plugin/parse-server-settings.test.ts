import { expect, it } from 'vitest';
import { parseServerSettings } from './parse-server-settings.ts';

it('puts the worker in front of a server where one is named', () => {
  expect(parseServerSettings({ BYOC_DIFFUSION_MODEL: 'sdxl' })).toBeUndefined();
  expect(parseServerSettings({ BYOC_DIFFUSION_SERVER_URL: '' })).toBeUndefined();
  expect(
    parseServerSettings({
      BYOC_DIFFUSION_SERVER_COMMAND: '["sd-server","--listen-port","{port}"]',
      BYOC_DIFFUSION_SERVER_KIND: 'sd-server',
      BYOC_DIFFUSION_SERVER_DEFAULTS: '{"width":1024,"steps":4}',
      BYOC_DIFFUSION_MODEL: 'sdxl',
      BYOC_DIFFUSION_UPSCALER: 'ESRGAN_4x',
    }),
  ).toMatchObject({
    command: ['sd-server', '--listen-port', '{port}'],
    ...{ kind: 'sd-server', defaults: { width: 1024, steps: 4 }, defaultModel: 'sdxl' },
    defaultUpscaler: 'ESRGAN_4x',
  });
});

it.each([
  ['BYOC_DIFFUSION_SERVER_URL', 'file:///etc/passwd'],
  ['BYOC_DIFFUSION_SERVER_COMMAND', 'sd-server --listen-port 1'],
  ['BYOC_DIFFUSION_SERVER_KIND', 'midjourney'],
  ['BYOC_DIFFUSION_SERVER_DEFAULTS', '{"width":100}'],
])('refuses what is no %s', (variable, value) => {
  expect(() => parseServerSettings({ [variable]: value })).toThrow(variable);
});
