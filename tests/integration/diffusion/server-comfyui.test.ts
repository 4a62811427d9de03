import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComfyServer, startComfyServer } from '../../support/image-server/comfyui.ts';
import { plainPicture } from '../../support/image-server/draughtsman.ts';
import { quick, ServerKit, size } from './server-kit.ts';

const kit = new ServerKit<ComfyServer>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-workflow-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What was asked for last, as a graph. */
const graph = () => (kit.lastBody('/prompt') as { prompt: Record<string, { inputs: object }> }).prompt;

describe('an engine in front of ComfyUI', () => {
  it('makes a graph of all that a job says, and has it forgotten', async () => {
    await kit.start(startComfyServer);
    const more = {
      negativePrompt: 'fog',
      scheduler: 'euler-karras',
      guidance: 5,
      loras: [{ name: 'crayon.safetensors' }],
    };
    const { output } = await kit.run({ ...quick, ...more });
    expect(output.changes).toEqual([]);
    expect(output.engine).toEqual({ name: 'comfyui', version: '0.3.60', provider: 'server' });
    expect(graph()).toMatchObject({
      'lora-0': { class_type: 'LoraLoader', inputs: { lora_name: 'crayon.safetensors', strength_model: 1 } },
      'negative-prompt': { inputs: { text: 'fog', clip: ['lora-0', 1] } },
      sampler: {
        inputs: { seed: 7, steps: 2, cfg: 5, sampler_name: 'euler', scheduler: 'karras', model: ['lora-0', 0] },
      },
    });
    expect(kit.lastBody('/history')).toEqual({ delete: [expect.any(String)] });
  });

  it('runs only the steps that a picture to start from leaves', async () => {
    await kit.start(startComfyServer);
    const source = { image: { $part: 'source' }, strength: 0.5 };
    const parts = { source: await plainPicture(128, 128, '#20c040') };
    const { output, events } = await kit.run({ ...quick, steps: 8, source }, { parts });
    expect(graph()).toMatchObject({ sampler: { inputs: { steps: 4, denoise: 0.5, latent_image: ['latents', 0] } } });
    expect([output.settings.stepsRun, events.map(({ step }) => step)]).toEqual([4, [1, 2, 3, 4]]);
  });

  it('tells each step and shows what there is, as its WebSocket does', async () => {
    await kit.start(startComfyServer);
    const { events } = await kit.run({ ...quick, steps: 5, previews: { size: 64 } });
    expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(events.some(({ preview }) => preview?.startsWith('data:image/jpeg'))).toBe(true);
  });

  it('loses its progress with the WebSocket, and not the picture', async () => {
    await kit.start(startComfyServer);
    kit.server.behaviour.onStep = ({ step }) => {
      if (step === 1) for (const socket of kit.server.sockets.values()) socket.terminate();
    };
    const { output, usage } = await kit.run({ ...quick, width: 1024, height: 1024, steps: 4 });
    expect(output.images).toHaveLength(1);
    expect(usage['megapixel_steps']).toBe(5);
  });

  it('says which node failed, and with what', async () => {
    await kit.start(startComfyServer);
    kit.server.exception = 'Allocation on device 0 would exceed allowed memory.';
    expect(await kit.failure()).toMatchObject({
      reason: 'server-failed',
      message: 'The image server failed: "Allocation on device 0 would exceed allowed memory. in KSampler".',
    });
  });

  it('gives up a job that the server knows nothing of any more', async () => {
    await kit.start(startComfyServer);
    kit.server.behaviour.answer = (path, response) => {
      if (path !== '/prompt') return false;
      response.end('{"prompt_id":"lost","number":1,"node_errors":{}}');
      return true;
    };
    expect(await kit.failure()).toMatchObject({
      ...{ reason: 'server-cut-off', message: expect.stringContaining('knows nothing of the job') },
    });
  });

  it('charges no steps for a picture that the server had still', async () => {
    await kit.start(startComfyServer);
    kit.server.cached = ['sampler'];
    kit.server.behaviour.instead = () => plainPicture(128, 128, '#123');
    const { usage, output } = await kit.run();
    expect(usage).toEqual({ images: 1 });
    expect(output.changes).toEqual([
      { kind: 'adjusted', field: 'steps', reason: 'The server had the very same picture still: no step was run.' },
    ]);
  });
});

describe('a workflow of one’s own', () => {
  const workflow = {
    byoc: { prompt: '6.text', seed: '3.seed', steps: '3.steps', model: '4.ckpt_name', picture: 'picture' },
    3: {
      class_type: 'KSampler',
      inputs: { seed: 1, steps: 4, cfg: 3.5, denoise: 1, model: ['4', 0], positive: ['6', 0], latent_image: ['5', 0] },
      _meta: { title: 'KSampler' },
    },
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'shapes.safetensors' } },
    5: { class_type: 'EmptyLatentImage', inputs: { ...size, batch_size: 1 } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
    picture: { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
  };
  const save = async (content: unknown) => {
    const path = join(folder, 'flux-shapes.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  it('is filled in by the names of its inputs, and what it does not name is told', async () => {
    await kit.start(startComfyServer, { workflowPath: await save(workflow) });
    const { output } = await kit.run({ prompt: 'a blue square', seed: 9, guidance: 5, negativePrompt: 'fog' });
    expect(graph()).toMatchObject({
      3: { inputs: { seed: 9, steps: 4, cfg: 3.5 } },
      6: { inputs: { text: 'a blue square' } },
    });
    expect(graph()['byoc']).toBeUndefined();
    expect(output.settings.steps).toBe(4);
    expect(output.images[0]).toMatchObject(size);
    const ignored = output.changes.filter(({ kind }) => kind === 'ignored').map(({ field }) => field);
    expect(ignored).toEqual(['guidance', 'negativePrompt']);
    expect(kit.engine.modes).toEqual(['text-to-image']);
    expect(await kit.failure({ ...quick, source: { image: { $part: 'source' } } })).toMatchObject({
      reason: 'mode-unsupported',
    });
    expect(await kit.failure({ ...quick, loras: [{ name: 'crayon.safetensors' }] })).toMatchObject({
      reason: 'lora-unknown',
    });
  });

  it.each([
    ['{"3":', /it is no JSON object/],
    [{ ...workflow, byoc: undefined }, /`byoc`/],
    [{ ...workflow, byoc: { prompt: '6.txt' } }, /there is no input `6.txt`/],
    [{ ...workflow, byoc: { prompt: '6.text', sampler: '3.seed' } }, /Unrecognized key: "sampler"/],
    [{ ...workflow, byoc: { prompt: '6.text', picture: '99' } }, /there is no node `99`/],
    [{ ...workflow, 7: { nodes: [] } }, /`7.class_type` is no node of the API format/],
  ])('that is broken keeps the worker out of service (%#)', async (content, message) => {
    const workflowPath = await save(content);
    await expect(kit.start(startComfyServer, { workflowPath })).rejects.toMatchObject({
      ...{ reason: 'workflow-broken', message: expect.stringMatching(message) },
    });
  });
});
