import { defineCapability, definePlugin, implement, meter } from '@byoc/core';
import { z } from 'zod';

export const textReverse = defineCapability({
  name: 'demo/text-reverse',
  version: '1.0.0',
  description: 'Turns a text round, from its end, piece by piece.',
  input: z.object({
    text: z.string().max(100_000),
    chunkCharacters: z.int().min(1).max(10_000).default(8),
  }),
  output: z.object({ text: z.string() }),
  event: z.object({ reversed: z.string() }),
  meters: { characters: meter({ unit: 'character', estimate: 'size(input.text)' }) },
});

export const plugin = definePlugin({
  manifest: {
    name: 'demo/text-reverse',
    version: '1.0.0',
    description: 'The classic first job of the network.',
    concurrency: 64,
    command: ['node', 'dist/worker.js'],
  },
  implementations: [
    implement(textReverse, async function* ({ input, usage }) {
      const characters = [...input.text].reverse();
      for (let done = 0; done < characters.length; done += input.chunkCharacters) {
        const chunk = characters.slice(done, done + input.chunkCharacters);
        usage.set('characters', done + chunk.length);
        yield { reversed: chunk.join('') };
      }
      return { text: characters.join('') };
    }),
  ],
});
