import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blob, defineCapability, definePlugin, implement, meter, outputFile } from '@byoc/core';
import { z } from 'zod';

/** Counts and hashes what comes in, and makes the files that the input asks for. */
export const parts = defineCapability({
  name: 'test/parts',
  version: '1.0.0',
  input: z.object({
    source: blob().optional(),
    /** Files to write, with their sizes. */
    files: z.record(z.string(), z.number()).default({}),
    /** Wait at the gate after the first event. */
    gated: z.boolean().default(false),
    /** Take chunks and updates until the caller says it is the end. */
    live: z.boolean().default(false),
  }),
  output: z.object({
    bytes: z.number(),
    sha256: z.string(),
    speeds: z.array(z.number()),
    files: z.array(outputFile()),
  }),
  event: z.object({ step: z.number() }),
  update: z.object({ speed: z.number() }),
  meters: {
    bytes: meter({ unit: 'byte' }),
    files: meter({ unit: 'file', estimate: 'has(input.files) ? size(input.files) : 0' }),
  },
});

/** The byte at a place of a made file. */
export const madeByte = 0x61;

/** Makes the plugin; `gate` holds a gated job until it resolves. */
export function partsPlugin(gate: Promise<void>) {
  return definePlugin({
    manifest: { name: 'parts', version: '1.0.0', concurrency: 4 },
    implementations: [
      implement(parts, async ({ input, stream, chunks, updates, emit, dir, usage, signal }) => {
        const hash = createHash('sha256');
        let bytes = 0;
        const take = (data: Uint8Array) => {
          hash.update(data);
          bytes += data.length;
        };
        if (input.source !== undefined) for await (const data of stream(input.source)) take(data);
        if (input.gated) {
          await emit({ step: 1 });
          const stopped = new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
          );
          await Promise.race([gate, stopped]);
          await emit({ step: 2 });
        }
        const speeds: number[] = [];
        if (input.live) {
          const follow = async () => {
            for await (const { speed } of updates) speeds.push(speed);
          };
          const read = async () => {
            for await (const { data } of chunks) take(data);
          };
          void follow();
          await read();
        }
        for (const [name, sizeBytes] of Object.entries(input.files)) {
          const path = join(dir.out, name);
          await mkdir(dirname(path), { recursive: true });
          const file = await open(path, 'w');
          const block = Buffer.alloc(1024 * 1024, madeByte);
          for (let left = sizeBytes; left > 0; left -= block.length)
            await file.write(block, 0, Math.min(left, block.length));
          await file.close();
        }
        usage.set('bytes', bytes);
        usage.set('files', Object.keys(input.files).length);
        return {
          bytes,
          sha256: hash.digest('hex'),
          speeds,
          files: Object.keys(input.files).map(($part) => ({ $part })),
        };
      }),
    ],
  });
}
