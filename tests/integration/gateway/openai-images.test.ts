import {
  createGateway,
  createOpenaiFacade,
  type Gateway,
  type Job,
  type RunOptions,
  type ServedFacades,
  serveFacades,
  staticSource,
} from '@byoc/core/gateway';
import { createLocalSigner } from '@byoc/core/payment';
import { createCreditGatewayProvider, createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEngine } from '../../../packages/plugin-diffusion/src/onnx.ts';
import { createDiffusionPlugin } from '../../../packages/plugin-diffusion/src/plugin.ts';
import { createOpenaiClient, importAiSdk } from '../../support/openai-clients.ts';
import { hasPart } from '../../support/require-part.ts';
import { type JudgedPrompt, judgePicture } from '../diffusion/judge-picture.ts';
import { type StartedOrchestrator, startOrchestrator } from './start-orchestrator.ts';

const signer = createLocalSigner(new Uint8Array(32).fill(9));
const hasClients = await hasPart('openai-clients');
let started: StartedOrchestrator;
let gateway: Gateway;
let served: ServedFacades;
/** The last one that the façade ran. */
let job: Job;
let running = Promise.withResolvers<void>();
let client: ReturnType<typeof createOpenaiClient>;

beforeAll(async () => {
  started = await startOrchestrator({
    plugin: createDiffusionPlugin({ engine: async () => createOnnxEngine({ providers: ['cpu'] }) }),
    // 1 wei for a picture and 3 for each million of pixels and steps.
    price: {
      baseWei: '0',
      meters: { images: { amountWei: '1', per: '1' }, megapixel_steps: { amountWei: '3', per: '1' } },
    },
    payment: [createCreditOrchestratorProvider()],
  });
  started.orchestrator.desk.ledger.apply(
    { provider: 'credit', payer: signer.address.toLowerCase() },
    { type: 'credit', creditId: 'grant', amountWei: 10_000n },
  );
  gateway = createGateway({
    sources: [staticSource([started.url])],
    payment: [createCreditGatewayProvider({ signer })],
  });
  await gateway.ready();
  const watched: Pick<Gateway, 'run' | 'query'> = {
    query: (filter) => gateway.query(filter),
    run(capability: string, input: object, options?: RunOptions) {
      job = gateway.run(capability, input, options);
      running.resolve();
      return job as never;
    },
  };
  served = await serveFacades({
    facades: [createOpenaiFacade({ gateway: watched, jobOptions: () => ({ maxCostWei: 1000n }) })],
    port: 0,
  });
  if (hasClients) client = createOpenaiClient(`${served.url}/v1`);
});

afterAll(async () => {
  await served.close();
  await gateway.close();
  await started[Symbol.asyncDispose]();
});

const circle: JudgedPrompt = {
  prompt: 'a red circle above a blue square on a white background',
  ...{ seed: 7, background: 'white', relation: 'above' },
  things: [
    { colour: 'red', shape: 'circle' },
    { colour: 'blue', shape: 'square' },
  ],
};
const steps = { model: 'builtin', steps: 12, seed: 7 };

async function read(base64: string) {
  const { data, info } = await sharp(Buffer.from(base64, 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data), format: info.format };
}

const formatOf = async (base64: string) => (await sharp(Buffer.from(base64, 'base64')).metadata()).format;

/** A picture of one colour, or, with an opacity, a mask that is transparent below. */
const plain = (background: string) => sharp({ create: { width: 128, height: 128, channels: 3, background } }).png();
const maskOfLowerHalf = () =>
  sharp({ create: { width: 128, height: 128, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite([{ input: { create: { width: 128, height: 64, channels: 4, background: '#000' } }, left: 0, top: 0 }])
    .png();

async function fileOf(image: Sharp, name = 'image.png') {
  return new File([new Uint8Array(await image.toBuffer())], name, { type: 'image/png' });
}

describe.skipIf(!hasClients)('the openai client', () => {
  it('gets a picture of what it asked for, paid, with what was used', async () => {
    const answer = await client.images.generate({
      ...steps,
      prompt: circle.prompt,
      ...{ size: '128x128', user: 'me' },
    });
    expect(answer).toMatchObject({
      ...{ background: 'opaque', output_format: 'png', size: '128x128' },
      byoc: {
        ...{ job: answer._request_id, chargedWei: '4', usage: { images: 1, megapixel_steps: 1 } },
        ...{ model: { name: 'builtin' }, settings: { steps: 12 }, images: [{ seed: 7, width: 128, height: 128 }] },
        ignored: [{ setting: 'user', reason: 'image/generate has no such setting' }],
      },
    });
    expect(answer.data).toHaveLength(1);
    expect(judgePicture(await read(answer.data[0].b64_json), circle)).toMatchObject({ all: true });
  });

  it('gets several, of another format, and hears what was not heeded', async () => {
    const answer = await client.images.generate({
      ...{ model: 'image/generate', prompt: 'a large green triangle', n: 2, size: '256x256' },
      ...{ output_format: 'jpeg', output_compression: 50, quality: 'high', moderation: 'auto' },
      ...{ num_inference_steps: 2, guidance_scale: 1, negative_prompt: 'a circle' },
    });
    const { byoc, data } = answer;
    expect(await Promise.all(data.map((one: { b64_json: string }) => formatOf(one.b64_json)))).toEqual([
      'jpeg',
      'jpeg',
    ]);
    expect(byoc.images[1].seed).toBe(byoc.images[0].seed + 1);
    expect(byoc.settings).toMatchObject({ steps: 2, guidance: 1 });
    expect(byoc.ignored.map(({ setting }: { setting: string }) => setting)).toEqual(['quality', 'negativePrompt']);
    expect(byoc.adjusted).toEqual([{ setting: 'width, height', reason: expect.stringContaining('scaled') }]);
  });

  it('sees a picture while it is made', async () => {
    const events: { type: string; b64_json: string; partial_image_index?: number; output_format: string }[] = [];
    const stream = await client.images.generate({ ...steps, prompt: circle.prompt, stream: true, partial_images: 2 });
    for await (const event of stream) events.push(event);
    expect(events.map(({ type, partial_image_index: index }) => [type, index])).toEqual([
      ['image_generation.partial_image', 0],
      ['image_generation.partial_image', 1],
      ['image_generation.completed', undefined],
    ]);
    for (const { b64_json, output_format } of events) expect(await formatOf(b64_json)).toBe(output_format);
    expect(judgePicture(await read(events[2]?.b64_json ?? ''), circle)).toMatchObject({ all: true });
  });

  it('paints anew only where its mask is transparent', async () => {
    const { data } = await client.images.edit({
      ...{ model: 'builtin', prompt: 'a blue square', seed: 3, steps: 8 },
      image: await fileOf(plain('#dc2828')),
      mask: await fileOf(maskOfLowerHalf(), 'mask.png'),
    });
    const { pixels } = await read(data[0].b64_json);
    const [above, below] = [pixels.subarray(0, 128 * 64 * 3), pixels.subarray(128 * 64 * 3)];
    const changed = (part: Uint8Array) =>
      part.filter((value, at) => Math.abs(value - ([0xdc, 0x28, 0x28][at % 3] as number)) > 2).length;
    expect(changed(above)).toBe(0);
    expect(changed(below)).toBeGreaterThan(below.length / 2);
  });

  it('streams an edit of a whole picture', async () => {
    const types: string[] = [];
    const image = await fileOf(plain('#dc2828'));
    const request = { model: 'builtin', prompt: 'a blue square', steps: 4, stream: true, partial_images: 1 };
    for await (const { type } of await client.images.edit({ ...request, image })) types.push(type);
    expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed']);
  });

  it('cancels the job when it goes, with or without a stream', async () => {
    const long = { ...steps, prompt: 'a star', steps: 150 };
    const stream = await client.images.generate({ ...long, stream: true, partial_images: 3 });
    for await (const _ of stream) stream.controller.abort();
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });

    const aborting = new AbortController();
    running = Promise.withResolvers();
    const whole = client.images.generate(long, { signal: aborting.signal });
    const failed = expect(whole).rejects.toThrow('Request was aborted.');
    await running.promise;
    for await (const frame of job) if (frame.type === 'event') aborting.abort();
    await failed;
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('lists the models of pictures', async () => {
    expect(await client.models.retrieve('builtin')).toMatchObject({
      id: 'builtin',
      byoc: { capabilities: ['image/generate@1.0.0'] },
    });
  });
});

describe.skipIf(!hasClients)('a request that is wrong', () => {
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  const ask = { model: 'builtin', prompt: 'a star', steps: 1 };

  it.each([
    [{ model: 'dall-e-3' }, 404, 'MODEL_NOT_OFFERED', 'model'],
    [{ size: 'large' }, 400, 'OPENAI_REQUEST_INVALID', 'size'],
    [{ size: '100x100' }, 400, 'CAPABILITY_INPUT_INVALID', 'size'],
    [{ n: 0 }, 400, 'CAPABILITY_INPUT_INVALID', 'n'],
    [{ output_compression: 101 }, 400, 'OPENAI_REQUEST_INVALID', 'output_compression'],
    [{ background: 'transparent' }, 400, 'OPENAI_REQUEST_INVALID', 'background'],
    [{ response_format: 'url' }, 400, 'OPENAI_REQUEST_INVALID', 'response_format'],
    [{ partial_images: 4 }, 400, 'OPENAI_REQUEST_INVALID', 'partial_images'],
    [{ prompt: undefined }, 400, 'OPENAI_REQUEST_INVALID', 'prompt'],
    [{ scheduler: 'none' }, 422, 'JOB_FAILED', null],
    [{ scheduler: 'none', stream: true }, 422, 'JOB_FAILED', null],
  ])('%j has its status, code and place', async (wrong, status, code, param) => {
    expect(await failure(client.images.generate({ ...ask, ...wrong }))).toMatchObject({ status, code, param });
  });

  it('of an edit has them as well', async () => {
    const image = await fileOf(plain('#fff'));
    const edit = (more: object) => failure(client.images.edit({ ...ask, image, ...more }));
    expect(await edit({ image: [image, image] })).toMatchObject({ code: 'OPENAI_REQUEST_INVALID', param: 'image' });
    expect(await edit({ mask: image })).toMatchObject({
      ...{ status: 422, code: 'JOB_FAILED', message: expect.stringContaining('The mask has no transparent part') },
    });
    expect(await edit({ image: new File(['no picture'], 'a.png') })).toMatchObject({
      ...{ code: 'JOB_FAILED', message: expect.stringContaining('no picture of a format') },
    });
  });

  const post = (body: string | FormData | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${served.url}/v1/images/edits`, { method: 'POST', body, headers });
  const form = (fields: Record<string, string | File>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    return data;
  };
  const boundary = { 'content-type': 'multipart/form-data; boundary=x' };

  it.each([
    ['a form of a web page', () => post(form(ask as never), { origin: 'https://evil.example' }), 403, 'ORIGIN_REFUSED'],
    [
      'JSON where a form is wanted',
      () => post('{}', { 'content-type': 'application/json' }),
      400,
      'REQUEST_BODY_INVALID',
    ],
    [
      'a form that is cut off',
      () => post('--x\r\ncontent-disposition: form-data', boundary),
      400,
      'REQUEST_BODY_INVALID',
    ],
    ['a form over the limit', () => post(new Uint8Array(33 * 1024 ** 2), boundary), 413, 'REQUEST_BODY_TOO_LARGE'],
    ['a form without a picture', () => post(form({ prompt: 'a star' })), 400, 'OPENAI_REQUEST_INVALID'],
    [
      'a file of another name',
      () => post(form({ ...(ask as object), constructor: new File(['x'], 'x') } as never)),
      400,
      'OPENAI_REQUEST_INVALID',
    ],
    ['a picture that is a text', () => post(form({ prompt: 'a star', image: 'x' })), 400, 'OPENAI_REQUEST_INVALID'],
  ])('is refused when it is %s', async (_, send, status, code) => {
    const response = await send();
    expect(await response.json()).toMatchObject({ error: { code } });
    expect(response.status).toBe(status);
  });
});

describe.skipIf(!hasClients)("the Vercel AI SDK's provider for OpenAI-compatible servers", () => {
  it('generates pictures and edits them', async () => {
    const { createOpenAICompatible, generateImage } = await importAiSdk();
    const provider = createOpenAICompatible({ name: 'byoc', baseURL: `${served.url}/v1` });
    const settings = { model: provider.imageModel('builtin'), providerOptions: { byoc: { seed: 7, steps: 12 } } };
    const { image } = await generateImage({ ...settings, prompt: circle.prompt, size: '128x128' });
    expect(judgePicture(await read(image.base64), circle)).toMatchObject({ all: true });
    const text = 'a blue square';
    const edited = await generateImage({ ...settings, prompt: { text, images: [image.uint8Array] } });
    expect(edited.images).toHaveLength(1);
  });
});
