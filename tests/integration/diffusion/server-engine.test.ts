import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { startComfyServer } from '../../support/image-server/comfyui.ts';
import { type Draughtsman, plainPicture } from '../../support/image-server/draughtsman.ts';
import { startImageServer } from '../../support/image-server/image-server.ts';
import { a1111, openai, sdServer } from '../../support/image-server/kinds.ts';
import { until } from '../../support/until.ts';
import { judgePicture, rules } from './judge-picture.ts';
import type { RunJobOptions } from './run-job.ts';
import { quick, ServerKit, size } from './server-kit.ts';

const kit = new ServerKit();
const kinds = {
  a1111: (draughtsman: Draughtsman) => startImageServer(a1111(), draughtsman),
  comfyui: startComfyServer,
  'sd-server': (draughtsman: Draughtsman) => startImageServer(sdServer(), draughtsman),
  openai: (draughtsman: Draughtsman) => startImageServer(openai(), draughtsman),
};
const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

describe.each(kindNames)('an engine in front of a server of the kind %s', (kind) => {
  it('is told from the others, and draws what it is asked for', async () => {
    await kit.start(kinds[kind]);
    expect(kit.engine.identity.name).toBe(kind);
    const expected = rules.prompts[1] as (typeof rules.prompts)[number];
    const { prompt, seed } = expected;
    const { output, usage, files } = await kit.run({ prompt, seed, ...size, steps: 12, guidance: 3.5 });
    expect(usage).toEqual({ images: 1, megapixel_steps: 1 });
    expect(output.engine).toMatchObject({ name: kind, provider: 'server' });
    const [image] = output.images;
    expect(image).toMatchObject({ ...size, seed, sizeBytes: files['image-01.png']?.length });
    const { data } = await sharp(files['image-01.png'] as Buffer)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const seen = judgePicture({ ...size, pixels: new Uint8Array(data) }, expected);
    expect(seen).toMatchObject({ background: true, colour: true, count: true });
    // One that draws its own seeds may draw one that the model does not get right.
    expect(seen['shape'] || kind === 'openai').toBe(true);
    // Its own parameters are in the file, not the server's.
    expect((await sharp(files['image-01.png'] as Buffer).metadata()).xmp?.toString()).toContain(prompt);
  });

  it('starts from a picture, and keeps what the mask does not let it paint', async () => {
    await kit.start(kinds[kind]);
    const parts = {
      source: await plainPicture(128, 128, '#20c040'),
      mask: await sharp({ create: { ...size, channels: 3, background: '#000' } })
        .composite([{ input: await plainPicture(64, 128, '#fff'), left: 64, top: 0 }])
        .png()
        .toBuffer(),
    };
    const source = { image: { $part: 'source' }, mask: { $part: 'mask' }, strength: 1 };
    const { files, output } = await kit.run({ ...quick, steps: 4, source }, { parts });
    const pixels = await sharp(files['image-01.png'] as Buffer)
      .raw()
      .toBuffer();
    const at = (x: number, y: number) => [...pixels.subarray((y * 128 + x) * 3, (y * 128 + x) * 3 + 3)];
    expect([at(5, 5), at(60, 100)]).toEqual([
      [32, 192, 64],
      [32, 192, 64],
    ]);
    expect(new Set(Array.from({ length: 40 }, (_, x) => at(70 + x, 64).join())).size).toBeGreaterThan(3);
    expect(output.settings.stepsRun).toBe(4);
  });

  it('stops the server when the job is cancelled', async () => {
    await kit.start(kinds[kind]);
    const cancel = new AbortController();
    const reason = new Error('the caller left');
    const closed = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    kit.server.server.on(
      'request',
      ({ url, socket }) => url?.endsWith('generations') && socket.once('close', closed.resolve),
    );
    kit.server.behaviour.onStep = async (job) => {
      if (job.step < 2) return;
      cancel.abort(reason);
      // For ever, unless it is told to stop. OpenAI's API has no word for that: the request is closed.
      if (kind !== 'openai') await until(async () => job.isStopped);
      job.isStopped = true;
      stopped.resolve();
    };
    let counted: Readonly<Record<string, number>> = {};
    const onEnd: RunJobOptions['onEnd'] = ({ usage }) => {
      counted = usage;
    };
    const job = kit.run({ ...quick, steps: 50 }, { signal: cancel.signal, onEnd });
    await expect(job).rejects.toBe(reason);
    await stopped.promise;
    if (kind === 'openai') await closed.promise;
    expect(counted['images']).toBeUndefined();
    expect(counted['megapixel_steps'] ?? 0).toBeLessThanOrEqual(1);
  });

  it('fails on another where the server says that it can not, and asks only once', async () => {
    await kit.start(kinds[kind]);
    const path = { a1111: 'txt2img', comfyui: '/prompt', 'sd-server': 'img_gen', openai: 'generations' }[kind];
    let times = 0;
    const status = (code: number, text: string) => {
      kit.server.behaviour.answer = (asked, response) => {
        if (!asked.endsWith(path)) return false;
        times += 1;
        response.writeHead(code).end(text);
        return true;
      };
    };
    status(500, '{"error":"OutOfMemoryError","errors":"CUDA out of memory"}');
    expect(await kit.failure()).toMatchObject({
      ...{ reason: 'server-failed', recovery: 'retry-other' },
      message: 'The image server failed with status 500: "CUDA out of memory".',
    });
    expect(times).toBe(1);
    status(200, '<!doctype html><title>502 Bad Gateway</title>');
    expect(await kit.failure()).toMatchObject({
      reason: 'server-garbled',
      message: expect.stringContaining('<!doctype'),
    });
    status(400, '{"error":{"message":"prompt refused"}}');
    expect(await kit.failure()).toMatchObject({ reason: 'server-refused', recovery: 'fix-request' });
    status(429, '{"error":"job queue is full"}');
    await kit.engine.close();
    await kit.open({ kind, triesMax: 1 });
    expect(await kit.failure()).toMatchObject({ reason: 'server-busy', recovery: 'retry-other' });
    kit.server.behaviour.answer = (asked, response) => {
      if (asked.endsWith(path)) response.destroy();
      return asked.endsWith(path);
    };
    expect(await kit.failure()).toMatchObject({ reason: 'server-cut-off' });
  });

  it('makes nobody pay for pictures before one that the server refuses', async () => {
    await kit.start(kinds[kind]);
    const path = { a1111: 'txt2img', comfyui: '/prompt', 'sd-server': 'img_gen', openai: 'generations' }[kind];
    let times = 0;
    kit.server.behaviour.answer = (asked, response) => {
      if (!asked.endsWith(path)) return false;
      times += 1;
      if (times > 1) response.writeHead(400).end('{"error":{"message":"prompt refused"}}');
      return times > 1;
    };
    let counted: Readonly<Record<string, number>> = {};
    const onEnd: RunJobOptions['onEnd'] = ({ usage }) => {
      counted = usage;
    };
    const failure = await kit.failure({ ...quick, count: 2 }, { onEnd });
    expect(failure).toMatchObject({ reason: 'server-refused', recovery: 'retry-other' });
    expect(counted).toEqual({ images: 1, megapixel_steps: 1 });
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['cut off', async () => (await plainPicture(128, 128, '#123')).subarray(0, 150), 'server-garbled'],
    ['a page of HTML', () => Buffer.from('<html>502 Bad Gateway</html>'.repeat(9)), 'server-garbled'],
    ['nothing', () => new Uint8Array(), 'server-garbled'],
    ['black all over', () => plainPicture(128, 128, '#000'), 'result-not-finite'],
    ['larger than any', () => plainPicture(4096, 2048, '#123'), 'server-garbled'],
  ])('takes no picture that is %s', async (_, instead, reason) => {
    await kit.start(kinds[kind]);
    kit.server.behaviour.instead = instead;
    expect(await kit.failure()).toMatchObject({ reason, recovery: 'retry-other' });
  });

  it('scales a picture of another size than the one asked for, and says so', async () => {
    await kit.start(kinds[kind]);
    kit.server.behaviour.instead = () => plainPicture(64, 192, '#123');
    const { output } = await kit.run();
    expect(output.images[0]).toMatchObject(size);
    expect(output.changes).toContainEqual({
      ...{ kind: 'adjusted', field: 'width, height' },
      reason: 'The server made 64 × 192; the picture was scaled from that.',
    });
  });

  it('gives a server up that hangs, and stops it', async () => {
    await kit.start(kinds[kind], { firstAnswerMs: 300, silenceMs: 300 });
    const stopped = Promise.withResolvers<void>();
    kit.server.behaviour.onStep = async (job) => {
      if (kind !== 'openai') await until(async () => job.isStopped);
      stopped.resolve();
      // Nobody waits for it any more.
      if (kind === 'openai') await new Promise((resolve) => kit.server.server.once('close', resolve));
      job.isStopped = true;
    };
    expect(await kit.failure()).toMatchObject({
      ...{ reason: 'server-hangs', recovery: 'retry-other' },
      message: expect.stringContaining('has said nothing for 300 ms'),
    });
    await stopped.promise;
  });

  it('knows one model from another', async () => {
    await kit.start(kinds[kind]);
    expect(await kit.failure({ ...quick, model: 'midjourney' })).toMatchObject({
      reason: 'model-unknown',
      message: expect.stringMatching(/^There is no model `midjourney` here; there are: .*shapes/),
    });
    const { output } = await kit.run({ ...quick, model: 'shapes' });
    expect(output.model).toMatchObject({ name: expect.stringContaining('shapes'), family: kind });
  });
});
