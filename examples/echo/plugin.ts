import { defineCapability, definePlugin, implement, meter } from '@byoc/core';
import { z } from 'zod';

export const echo = defineCapability({
  name: 'demo/echo',
  version: '1.0.0',
  description: 'Gives a text back.',
  input: z.object({ text: z.string().max(10_000) }),
  output: z.object({ text: z.string() }),
  meters: { characters: meter({ unit: 'character', estimate: 'size(input.text)' }) },
});

export const plugin = definePlugin({
  manifest: {
    name: 'demo/echo',
    version: '1.0.0',
    description: 'The smallest plugin.',
    concurrency: 64,
    command: ['node', 'dist/worker.js'],
  },
  implementations: [
    implement(echo, async ({ input, usage }) => {
      usage.set('characters', [...input.text].length);
      return { text: input.text };
    }),
  ],
});
