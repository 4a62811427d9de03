import { isByocError } from '@byoc/core';
import { afterAll, describe, expect, it } from 'vitest';
import { OnnxFailure } from '../../../packages/plugin-diffusion/src/runtime/onnx-runtime.ts';
import type { Studio } from '../../../packages/plugin-diffusion/src/studio/studio.ts';
import { openTestStudio, runJob } from './run-job.ts';

const studio = await openTestStudio();
afterAll(() => studio.close());
const model = 'stable-diffusion';

/** The reason that a job fails with, and what it left behind. */
async function failure(input: object, options: Parameters<typeof runJob>[2] = {}, of: Studio = studio) {
  let end: { usage: object; left: readonly string[] } | undefined;
  const error = await runJob(
    of,
    { model, steps: 2, seed: 1, ...input },
    {
      ...options,
      onEnd: (facts) => {
        end = facts;
      },
    },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isByocError(error, 'JOB_FAILED')) throw error ?? new Error('the job did not fail');
  expect(end?.left).toEqual([]);
  return { ...error.facts, usage: end?.usage };
}

describe('a job that is too much', () => {
  it.each([
    [{ width: 4096, height: 4096 }, 'The job has 16777216 pixels a picture; at most 4194304 are allowed here.'],
    [{ count: 17 }, 'The job has 17 pictures; at most 16 are allowed here.'],
    [{ steps: 151 }, 'The job has 151 steps; at most 150 are allowed here.'],
  ])('is refused with the number before any work: %j', async (input, message) => {
    expect(await failure(input)).toMatchObject({
      reason: 'limit-exceeded',
      message,
      recovery: 'retry-other',
      usage: {},
    });
  });

  it('is refused when its memory is not there', async () => {
    const { reason, message, usage } = await failure(
      { width: 1024, height: 1024 },
      { availableBytes: () => 500 * 1024 ** 2 },
    );
    expect([reason, message, usage]).toEqual([
      'memory-short',
      'A picture of 1024 × 1024 takes about 8704 MiB; 500 MiB are free here.',
      {},
    ]);
  });
});

describe('a job that names what is not there', () => {
  it.each([
    [{ scheduler: 'plms2' }, 'scheduler-refused', /`scheduler` is `plms2`; known here: ddim, ddpm/],
    [{ scheduler: 'lcm', steps: 60 }, 'scheduler-refused', /`steps` is `60`; known here: at most 50/],
    [{ scheduler: 'flow-euler' }, 'scheduler-refused', /with this model/],
    [{ model: 'dall-e' }, 'model-unknown', /There is no model `dall-e` here; there are: flux, stable-diffusion, /],
    [{ model: '../pipelines' }, 'model-unknown', /no model/],
    [{ loras: [{ name: 'ghibli' }] }, 'lora-unknown', /no adapter `ghibli`/],
  ])('fails for %j', async (input, reason, message) => {
    expect(await failure(input)).toMatchObject({ reason, message: expect.stringMatching(message), usage: {} });
  });
});

describe('cancel', () => {
  const large = { model: 'stable-diffusion-xl', steps: 8, seed: 1, width: 512, height: 512, guidance: 0 };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'at step %i stops within one step, and counts only steps that were run',
    async (at) => {
      const abort = new AbortController();
      const seen: number[] = [];
      let usage: Readonly<Record<string, number>> = {};
      let left: readonly string[] = ['?'];
      const job = runJob(studio, large, {
        signal: abort.signal,
        onEvent: ({ step }) => {
          seen.push(step);
          if (step === at) abort.abort(new Error('enough'));
        },
        onEnd: (end) => {
          ({ usage, left } = end);
        },
      });
      await expect(job).rejects.toThrow('enough');
      expect(seen.at(-1)).toBe(at);
      expect(usage).toEqual({ megapixel_steps: Math.ceil((512 * 512 * at) / 1e6) });
      expect(left).toEqual([]);
    },
  );

  it('before the first step counts nothing', async () => {
    let usage: object = { some: 1 };
    const job = runJob(
      studio,
      { model },
      { signal: AbortSignal.abort(new Error('enough')), onEnd: (end) => ({ usage } = end) },
    );
    await expect(job).rejects.toThrow('enough');
    expect(usage).toEqual({});
  });
});

describe('an engine that goes wrong', () => {
  /** The studio, with a network that does something else from a run on. */
  async function withNetwork(run: (times: number) => Float32Array | undefined): Promise<Studio> {
    const real = await studio.take(model, new AbortController().signal);
    let times = 0;
    const network = {
      ...real.network,
      async run(feeds: Parameters<typeof real.network.run>[0], wanted?: readonly string[]) {
        times += 1;
        const data = run(times);
        if (data === undefined) return real.network.run(feeds, wanted);
        return { out_sample: { type: 'float32' as const, dims: [2, 4, 8, 8], data } };
      },
    };
    const loaded = { ...real, network, sessions: { ...real.sessions, unet: network } };
    return {
      runtime: studio.runtime,
      defaultModel: model,
      take: async () => loaded,
      giveBack() {},
    } as unknown as Studio;
  }

  it('gives no picture of values that are no numbers', async () => {
    const nan = await withNetwork((times) => (times === 2 ? new Float32Array(512).fill(Number.NaN) : undefined));
    expect(await failure({}, {}, nan)).toMatchObject({
      reason: 'result-not-finite',
      message: 'At step 1 of 2 the model `stable-diffusion` gave values that are no numbers.',
      recovery: 'retry-other',
    });
  });

  it('says that memory ran out midway', async () => {
    const short = await withNetwork((times) => {
      if (times > 1) throw new OnnxFailure('Failed to allocate memory for requested buffer of size 4294967296');
      return undefined;
    });
    expect(await failure({}, {}, short)).toMatchObject({
      reason: 'out-of-memory',
      hint: expect.stringContaining('smaller picture'),
    });
  });
});
