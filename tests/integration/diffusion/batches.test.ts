import { isByocError } from '@byoc/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxSession } from '../../../packages/plugin-diffusion/src/runtime/onnx-runtime.ts';
import type { Studio } from '../../../packages/plugin-diffusion/src/studio/studio.ts';
import { openTestEngine, openTestStudio, runJob, runJobOn } from './run-job.ts';

const studio = await openTestStudio();
afterAll(() => studio.close());

/** The studio, and how many prompts each run of the network was asked for. */
async function watched(name: string): Promise<{ studio: Studio; runs: number[] }> {
  const model = await studio.take(name, new AbortController().signal);
  const runs: number[] = [];
  const network: OnnxSession = {
    ...model.network,
    async run(feeds, wanted) {
      runs.push((feeds['sample'] ?? feeds['hidden_states'])?.dims[0] ?? 0);
      return model.network.run(feeds, wanted);
    },
  };
  const loaded = { ...model, network };
  const seen = { runtime: studio.runtime, defaultModel: name, take: async () => loaded, giveBack() {} };
  return { studio: seen as unknown as Studio, runs };
}

const STEPS = 4;
const prompts = ['a red circle', 'a blue square', 'a green star above a cross', ''];
const inputs = prompts.map((prompt, at) => ({ prompt, seed: 10 + at, guidance: 2 + at, steps: STEPS }));
const hashes = (ran: Awaited<ReturnType<typeof runJob>>) => ran.output.images.map(({ sha256 }) => sha256);

describe.each(['builtin', 'stable-diffusion', 'stable-diffusion-xl', 'stable-diffusion-3'])(
  'jobs that come at once at %s',
  (model) => {
    it('run as one, and each gets the bytes that it gets alone', async () => {
      const alone: string[][] = [];
      for (const input of inputs) alone.push(hashes(await runJob(studio, { ...input, model })));
      const { studio: seen, runs } = await watched(model);
      const engine = await openTestEngine(seen);
      const together = await Promise.all(inputs.map((input) => runJobOn(engine, { ...input, model })));
      expect(together.map(hashes)).toEqual(alone);
      // At first each shape is tried both ways.
      expect(runs.slice(0, 5)).toEqual([8, 2, 2, 2, 2]);
      // On some processors this one sums in another order for a batch: then it is run one by one, and else as one.
      const isEither = model === 'stable-diffusion-3' && runs[5] === 2;
      expect(new Set(runs.slice(5))).toEqual(new Set([isEither ? 2 : 8]));
      for (const { usage } of together) expect(usage).toEqual({ megapixel_steps: 1, images: 1 });
    });

    it('get the bytes that they get alone without guidance too, where kernels may sum in another order', async () => {
      const unguided = inputs.slice(0, 3).map((input) => ({ ...input, model, guidance: 0 }));
      const alone: string[][] = [];
      for (const input of unguided) alone.push(hashes(await runJob(studio, input)));
      const engine = await openTestEngine(studio);
      const together = await Promise.all(unguided.map((input) => runJobOn(engine, input)));
      expect(together.map(hashes)).toEqual(alone);
    });
  },
);

describe('a batch', () => {
  const model = 'stable-diffusion';

  it('takes in the pictures of one job, as many as there is memory for', async () => {
    const { studio: seen, runs } = await watched(model);
    const job = { model, steps: 2, seed: 3, count: 6, metadata: false };
    const { output, usage, events } = await runJobOn(await openTestEngine(seen), job);
    // PNDM asks once more than there are steps; the first time each shape is tried both ways.
    expect(runs).toEqual([8, 2, 2, 2, 2, 8, 8, 4, 2, 2, 4, 4]);
    expect(output.images.map(({ seed }) => seed)).toEqual([3, 4, 5, 6, 7, 8]);
    expect([usage['images'], events.length]).toEqual([6, 12]);
    const short = await watched(model);
    // Room for both prompts of one picture.
    const availableBytes = () => 128 * 1024 ** 2 + 64 * 64 * 16 * 24 * 2 + 64 ** 2 * 32 * 2;
    const slow = await runJobOn(await openTestEngine(short.studio, { availableBytes }), job);
    expect(new Set(short.runs)).toEqual(new Set([2]));
    expect(hashes(slow)).toEqual(output.images.map(({ sha256 }) => sha256));
  });

  it('does not mix jobs of other sizes or numbers of steps', async () => {
    const { studio: seen, runs } = await watched(model);
    const engine = await openTestEngine(seen);
    const [one, two, three] = [{ steps: 2 }, { steps: 3 }, { steps: 2, width: 128 }];
    await Promise.all([one, two, three].map((input) => runJobOn(engine, { ...input, model, seed: 1 })));
    expect(runs).toEqual(Array.from({ length: 3 + 4 + 3 }, () => 2));
  });

  it('goes on without a job that is cancelled, which is charged for its own steps alone', async () => {
    const long = { model: 'stable-diffusion-xl', steps: 6, width: 256, height: 256, metadata: false };
    const engine = await openTestEngine(studio);
    const abort = new AbortController();
    let charged: object = {};
    const cancelled = runJobOn(
      engine,
      { ...long, seed: 1 },
      {
        signal: abort.signal,
        onEvent: ({ step }) => step === 3 && abort.abort(new Error('enough')),
        onEnd: ({ usage }) => {
          charged = usage;
        },
      },
    );
    const [end, other] = await Promise.allSettled([cancelled, runJobOn(engine, { ...long, seed: 2 })]);
    expect(end).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(charged).toEqual({ megapixel_steps: 1 });
    const alone = await runJob(studio, { ...long, seed: 2 });
    expect(other.status === 'fulfilled' && hashes(other.value)).toEqual(hashes(alone));
  });

  it('goes on without a job whose values are no numbers', async () => {
    const engine = await openTestEngine(studio);
    const good = { model, steps: 3, seed: 2 };
    const bad = { ...good, prompt: `a (red:${'9'.repeat(39)}) circle` };
    const [one, two] = await Promise.allSettled([bad, good].map((input) => runJobOn(engine, input)));
    expect(one?.status === 'rejected' && isByocError(one.reason, 'JOB_FAILED') && one.reason.facts.reason).toBe(
      'result-not-finite',
    );
    expect(two?.status === 'fulfilled' && hashes(two.value)).toEqual(hashes(await runJob(studio, good)));
  });

  it('ends a job that waits for another kind of job as soon as it is cancelled', async () => {
    const engine = await openTestEngine(studio);
    const abort = new AbortController();
    const order: string[] = [];
    let second: Promise<unknown> = Promise.resolve();
    const onEvent = ({ step }: { step: number }) => {
      if (step === 1)
        second = runJobOn(engine, { model, steps: 2 }, { signal: abort.signal }).catch((error: Error) =>
          order.push(error.message),
        );
      if (step === 4) abort.abort(new Error('enough'));
    };
    await runJobOn(engine, { model: 'stable-diffusion-xl', steps: 8, width: 256, height: 256 }, { onEvent });
    order.push('made');
    await second;
    expect(order).toEqual(['enough', 'made']);
  });
});

describe('a studio with room for one model', () => {
  it('has a job of another model wait for those that use the first', async () => {
    const small = await openTestStudio(undefined, { maxModelBytes: 400_000 });
    try {
      const engine = await openTestEngine(small);
      const models = ['stable-diffusion', 'stable-diffusion-xl', 'stable-diffusion', 'stable-diffusion-xl'];
      const ran = await Promise.all(
        models.map((model) => runJobOn(engine, { model, steps: 2, seed: 1, metadata: false })),
      );
      expect(ran.map(({ output }) => output.model.name)).toEqual(models);
      expect(hashes(ran[0] as (typeof ran)[number])).toEqual(hashes(ran[2] as (typeof ran)[number]));
    } finally {
      await small.close();
    }
  });
});
