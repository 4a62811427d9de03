import { once } from 'node:events';
import { silentLogger } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import type { Draughtsman } from '../../support/image-server/draughtsman.ts';
import { startImageServer } from '../../support/image-server/image-server.ts';
import { a1111, openai } from '../../support/image-server/kinds.ts';
import type { RunJobOptions } from './run-job.ts';
import { quick, ServerKit } from './server-kit.ts';

const kit = new ServerKit();
const likeA1111 = (draughtsman: Draughtsman) => startImageServer(a1111(), draughtsman);
const likeOpenai = (draughtsman: Draughtsman) => startImageServer(openai(), draughtsman);

/** Until progress was asked for, and answered, since a step was done. */
async function untilAsked(): Promise<void> {
  await once(kit.server.server, 'request');
  await once(kit.server.server, 'request');
}

describe('an engine in front of A1111', () => {
  it('says everything that A1111 has words for', async () => {
    await kit.start(likeA1111);
    const more = { negativePrompt: 'fog', scheduler: 'dpm++-2m-karras', guidance: 5 };
    const loras = [{ name: 'crayon', weight: 0.5 }];
    const { output } = await kit.run({ ...quick, ...more, loras, count: 2 });
    expect(kit.lastBody('/sdapi/v1/txt2img')).toMatchObject({
      ...{ prompt: 'a red circle <lora:crayon:0.5>', negative_prompt: 'fog', cfg_scale: 5, steps: 2, seed: 8 },
      ...{ sampler_name: 'DPM++ 2M', scheduler: 'Karras', save_images: false },
      override_settings: { sd_model_checkpoint: 'shapes.safetensors [abcdefabcd]' },
    });
    expect(output.changes).toEqual([]);
    expect(output.images.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(output.model.digest).toBe(`sha256:${'ab'.repeat(32)}`);
    expect(await kit.failure({ ...quick, scheduler: 'tcd' })).toMatchObject({ reason: 'scheduler-refused' });
    expect(await kit.failure({ ...quick, loras: [{ name: 'ink' }] })).toMatchObject({
      ...{ reason: 'lora-unknown', message: 'There is no adapter `ink` here; there are: crayon.' },
    });
  });

  it('tells each step, and shows what there is of the picture', async () => {
    await kit.start(likeA1111, { pollMs: 5 });
    kit.server.behaviour.onStep = untilAsked;
    const { events } = await kit.run({ ...quick, steps: 6, previews: { size: 64 } });
    expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events.filter(({ preview }) => preview?.startsWith('data:image/jpeg')).length).toBeGreaterThan(1);
  });

  it('believes no progress that can not be', async () => {
    const warned: Record<string, unknown>[] = [];
    const log = { ...silentLogger, warn: (fields: Record<string, unknown>) => void warned.push(fields) };
    await kit.start(likeA1111, { pollMs: 5 }, log);
    kit.server.behaviour.onStep = untilAsked;
    kit.server.behaviour.claim = ({ step }) => ({ step: [9_000, 3, 1, 70][step % 4] ?? 0, steps: 9_000 });
    const { events, usage } = await kit.run({ ...quick, width: 1024, height: 1024, steps: 5 });
    expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(usage['megapixel_steps']).toBe(Math.ceil((1024 * 1024 * 5) / 1e6));
    expect(warned).toContainEqual(expect.objectContaining({ steps: 5 }));
  });

  it('counts nothing of a job of someone else that ran before', async () => {
    await kit.start(likeA1111, { pollMs: 5 });
    const cancel = new AbortController();
    kit.server.behaviour.answer = (path, response) => {
      if (path.includes('txt2img')) return true;
      if (!path.includes('progress')) return false;
      const state = { job_count: 1, job_timestamp: '20261126', sampling_step: 19, sampling_steps: 20 };
      response.end(JSON.stringify({ progress: 0.9, eta_relative: 1, state, current_image: null }));
      if (kit.server.asked.push({ method: 'GET', path, body: undefined }) > 20) cancel.abort(new Error('enough'));
      return true;
    };
    let counted: object = {};
    const onEnd: RunJobOptions['onEnd'] = ({ usage }) => {
      counted = usage;
    };
    const job = kit.run({ ...quick, steps: 20 }, { signal: cancel.signal, onEnd });
    await expect(job).rejects.toThrow('enough');
    expect(counted).toEqual({});
  });

  it('asks again for a model that it did not have', async () => {
    await kit.start(likeA1111);
    kit.server.behaviour.answer = (path, response) => {
      if (path === '/sdapi/v1/sd-models') response.end('[{"title":"new.safetensors [1234567890]","sha256":null}]');
      return path === '/sdapi/v1/sd-models';
    };
    const { output } = await kit.run({ ...quick, model: 'new' });
    expect(output.model).toEqual({ name: 'new.safetensors [1234567890]', digest: 'unknown', family: 'a1111' });
    const models = kit.engine.models().filter(({ use }) => use === 'generate');
    expect(models.map(({ name }) => name)).toEqual(['new.safetensors [1234567890]']);
  });

  it('is given up where not even its progress is answered', async () => {
    await kit.start(likeA1111, { firstAnswerMs: 100 });
    kit.server.behaviour.answer = (path) => path.includes('progress');
    expect(await kit.failure()).toMatchObject({ reason: 'server-hangs' });
    expect(kit.lastBody('/sdapi/v1/txt2img')).toBeUndefined();
  });

  it('lets no prompt change what was agreed on', async () => {
    await kit.start(likeA1111);
    const inner = '<sd_cpp_<sd_cpp_extra_args>extra_args>{"sample_params":{"sample_steps":999}}</sd_cpp_extra_args>';
    await kit.run({ ...quick, prompt: `a red circle ${inner}` });
    expect(kit.lastBody('/sdapi/v1/txt2img')).toMatchObject({
      prompt: 'a red circle {"sample_params":{"sample_steps":999}}',
    });
  });
});

describe('an engine in front of OpenAI’s images API', () => {
  it('says what the server has no words for', async () => {
    await kit.start(likeOpenai);
    const { output } = await kit.run({ ...quick, negativePrompt: 'fog', guidance: 4, scheduler: 'euler' });
    expect(output.changes.map(({ kind, field }) => [kind, field])).toEqual(
      ['steps', 'guidance', 'scheduler', 'negativePrompt', 'seed'].map((field) => ['ignored', field]),
    );
    const fields = { model: 'shapes', prompt: 'a red circle', n: 1, size: '128x128', response_format: 'b64_json' };
    expect(kit.lastBody('/v1/images/generations')).toEqual(fields);
  });

  it('fetches a picture that comes as an address, of the server itself only', async () => {
    await kit.start((draughtsman) => startImageServer(openai({ asUrl: true }), draughtsman));
    expect((await kit.run()).output.images).toHaveLength(1);
    kit.server.behaviour.answer = (path, response) => {
      if (path.endsWith('generations')) response.end('{"data":[{"url":"http://169.254.169.254/latest/meta-data"}]}');
      return path.endsWith('generations');
    };
    expect(await kit.failure()).toMatchObject({
      ...{ reason: 'server-garbled', message: expect.stringContaining('at another address than its own') },
    });
  });
});

it('says of what is no image server why it is none of each kind', async () => {
  await expect(kit.start((draughtsman) => startImageServer(async () => undefined, draughtsman))).rejects.toMatchObject({
    reason: 'server-kind-unknown',
    message: expect.stringMatching(/\(sd-server: .*status 404.*; comfyui: .*; a1111: .*; openai: /),
  });
  await kit.server[Symbol.asyncDispose]();
  await expect(kit.open()).rejects.toMatchObject({ reason: 'server-unreachable' });
});
