import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCapability } from '../capability/define-capability.ts';
import { meter } from '../capability/meter.ts';
import { definePlugin, implement } from '../manifest/define-plugin.ts';
import { blob } from '../primitives/blob-ref.ts';
import { createManualClock } from './create-manual-clock.ts';
import { runInMemory } from './run-in-memory.ts';

describe('createManualClock', () => {
  it('wakes sleepers in the order of their times, those included that fall asleep on the way', async () => {
    const clock = createManualClock({ startMs: 1000 });
    const woken: [string, number][] = [];
    const note = (name: string) => woken.push([name, clock.now()]);
    void clock.sleep(30).then(() => note('late'));
    void clock.sleep(10).then(async () => {
      note('early');
      await clock.sleep(10);
      note('again');
    });
    await clock.advance(25);
    expect(woken).toEqual([
      ['early', 1010],
      ['again', 1020],
    ]);
    expect([clock.now(), clock.sleepers]).toEqual([1025, 1]);
  });

  it('lets an aborted sleeper go with the reason', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const slept = clock.sleep(10, { signal: controller.signal });
    controller.abort('enough');
    await expect(slept).rejects.toBe('enough');
    expect(clock.sleepers).toBe(0);
  });
});

const measure = defineCapability({
  name: 'test/measure',
  version: '1.0.0',
  input: z.object({ source: blob() }),
  event: z.object({ seen: z.number() }),
  output: z.object({ bytes: z.number() }),
  meters: { bytes: meter({ unit: 'byte' }) },
});

const plugin = definePlugin({
  manifest: { name: 'measure', version: '1.0.0' },
  implementations: [
    implement(measure, async ({ input, file, emit, usage }) => {
      const { byteLength } = await readFile(await file(input.source));
      usage.set('bytes', byteLength);
      await emit({ seen: byteLength });
      return { bytes: byteLength };
    }),
  ],
});

describe('runInMemory', () => {
  it('gives the output, the usage and the events of a job, and leaves nothing', async () => {
    let out = '';
    const result = await runInMemory(
      plugin,
      measure,
      { source: { $part: 'a' } },
      {
        parts: { a: new Uint8Array(1234) },
        inspect: async (directory) => {
          out = directory;
        },
      },
    );
    expect(result).toMatchObject({ output: { bytes: 1234 }, usage: { bytes: 1234n }, events: [{ seen: 1234 }] });
    await expect(readFile(join(out, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('throws what the job failed with', async () => {
    await expect(runInMemory(plugin, measure, { source: { $part: 'a' } })).rejects.toMatchObject({
      code: 'JOB_PART_MISSING',
    });
  });
});
