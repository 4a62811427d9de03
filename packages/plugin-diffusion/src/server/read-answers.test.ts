import { describe, expect, it } from 'vitest';
import {
  readA1111Models,
  readA1111Picture,
  readA1111Progress,
  readA1111Upscaled,
  readA1111Upscalers,
  readNames,
} from './a1111/a1111-answer.ts';
import { placeInQueue, readComfyChoices, readComfyHistory, readComfyVersion } from './comfyui/comfy-answer.ts';
import { readComfyMessage } from './comfyui/comfy-message.ts';
import { decodeBase64 } from './decode-base64.ts';
import { readOpenaiPicture } from './openai-images.ts';
import { readSdServerFacts, readSdServerPicture } from './sd-server-answer.ts';

const png = 'iVBORw0KGgo=';

describe('answers of A1111', () => {
  it('hold a picture and its seed, which others leave out', () => {
    const answer = { images: [png], parameters: {}, info: '{"seed":3,"all_seeds":[41,42]}' };
    expect(readA1111Picture(answer)).toMatchObject({ seed: 41 });
    expect(readA1111Picture({ ...answer, info: '' }).seed).toBeUndefined();
    expect(() => readA1111Picture({ ...answer, images: [] })).toThrow('without a picture');
  });

  it('hold the progress of a job, where one runs', () => {
    const state = { job: 'scripts_txt2img', job_count: 1, job_timestamp: '20260101120000', job_no: 0 };
    const running = { ...state, sampling_step: 5, sampling_steps: 20 };
    const answer = { progress: 0.25, eta_relative: 3, state: running, current_image: png };
    expect(readA1111Progress(answer)).toMatchObject({ step: 5, steps: 20, job: '20260101120000' });
    expect(readA1111Progress({ ...answer, state: { ...running, job_count: 0 } })).toBeUndefined();
    expect(readA1111Progress('<html>')).toBeUndefined();
  });

  it('hold models, the loaded one first, with their digests where they are real', () => {
    const models = [
      { title: 'a.safetensors [11]', model_name: 'a', sha256: '8'.repeat(64) },
      { title: 'b.safetensors [22]', model_name: 'b', sha256: 'ab'.repeat(32) },
    ];
    expect(readA1111Models(models, { sd_model_checkpoint: 'b.safetensors [22]' })).toEqual([
      { name: 'b.safetensors [22]', digest: `sha256:${'ab'.repeat(32)}` },
      { name: 'a.safetensors [11]', digest: undefined },
    ]);
    expect(readNames({ detail: 'Not Found' })).toBeUndefined();
  });

  it('hold upscalers, plain resamplers last, and what they made', () => {
    const upscalers = [
      { name: 'None', model_path: null, scale: 4 },
      { name: 'Lanczos', model_path: null, scale: 4 },
      { name: 'R-ESRGAN 2x+', model_path: 'https://example.com/x2.pth', scale: 2 },
      { name: 'SwinIR 4x', model_path: '/models/swinir.pth', scale: null },
      { name: 'Odd', model_path: '/models/odd.pth', scale: 1e300 },
    ];
    expect(readA1111Upscalers(upscalers)).toEqual([
      { name: 'R-ESRGAN 2x+', scale: 2 },
      { name: 'SwinIR 4x', scale: 4 },
      { name: 'Odd', scale: 4 },
      { name: 'Lanczos', scale: 4 },
    ]);
    expect(readA1111Upscalers({ detail: 'Not Found' })).toEqual([]);
    expect(readA1111Upscaled({ html_info: '', image: `data:image/png;base64,${png}` })).toHaveLength(8);
    expect(() => readA1111Upscaled({ html_info: '', image: null })).toThrow('without a picture');
    expect(() => readA1111Upscaled({ image: '<html>502</html>' })).toThrow('no base64');
  });
});

describe('answers of ComfyUI', () => {
  const history = (status: object, outputs: object = {}) => ({ p: { prompt: [], outputs, status } });
  const file = { filename: 'ComfyUI_temp_0001_.png', subfolder: '', type: 'temp' };

  it('hold the picture of a job that is done', () => {
    const done = history(
      { status_str: 'success', completed: true, messages: [] },
      { 9: { images: [file] }, 7: { text: [] } },
    );
    expect(readComfyHistory(done, 'p', undefined)).toEqual(file);
    expect(readComfyHistory(done, 'p', '9')).toEqual(file);
    expect(() => readComfyHistory(done, 'p', '7')).toThrow('without a picture');
    expect(readComfyHistory({}, 'p', undefined)).toBeUndefined();
    // Before 2024 there was no status.
    expect(readComfyHistory({ p: { outputs: { 9: { images: [file] } } } }, 'p', undefined)).toEqual(file);
  });

  it('hold what went wrong', () => {
    const error = {
      node_id: '3',
      node_type: 'KSampler',
      exception_message: 'out of memory\n',
      exception_type: 'OutOfMemoryError',
    };
    const failed = history({
      status_str: 'error',
      completed: false,
      messages: [
        ['execution_start', {}],
        ['execution_error', error],
      ],
    });
    expect(() => readComfyHistory(failed, 'p', undefined)).toThrow('"out of memory in KSampler"');
    const stopped = history({ status_str: 'error', completed: false, messages: [['execution_interrupted', {}]] });
    expect(() => readComfyHistory(stopped, 'p', undefined)).toThrow('it was interrupted there');
  });

  it('hold choices in the old form and in the new one', () => {
    const of = (value: unknown) => ({ KSampler: { input: { required: { sampler_name: value } } } });
    const choice = { node: 'KSampler', input: 'sampler_name' };
    expect(readComfyChoices(of([['euler', 'heun'], { tooltip: '' }]), choice)).toEqual(['euler', 'heun']);
    expect(readComfyChoices(of(['COMBO', { multiselect: false, options: ['euler'] }]), choice)).toEqual(['euler']);
    expect(readComfyChoices({}, choice)).toBeUndefined();
  });

  it('say where a job is', () => {
    const queue = { queue_running: [[0, 'a', {}, {}, []]], queue_pending: [[1, 'b', {}, {}, []]] };
    expect(['a', 'b', 'c'].map((id) => placeInQueue(queue, id))).toEqual(['running', 'pending', 'gone']);
    expect(readComfyVersion({ system: { os: 'posix' } })).toBe('unknown');
    expect(readComfyVersion({ detail: 'Not Found' })).toBeUndefined();
  });

  it('come over the WebSocket as texts and as bytes', () => {
    const read = (type: string, data: object) => readComfyMessage(JSON.stringify({ type, data }));
    const progress = { value: 3, max: 20, prompt_id: 'p', node: '3' };
    expect(read('progress', progress)).toEqual({ type: 'progress', prompt: 'p', node: '3', value: 3, max: 20 });
    expect(read('execution_cached', { nodes: ['4'], prompt_id: 'p' })).toMatchObject({ type: 'cached', nodes: ['4'] });
    expect(read('executing', { node: null, prompt_id: 'p' })).toEqual({ type: 'ended', prompt: 'p' });
    expect(read('executing', { node: '3', prompt_id: 'p' })).toBeUndefined();
    expect(read('crystools.monitor', { cpu: 1 })).toBeUndefined();
    expect(readComfyMessage('{"type":')).toBeUndefined();
    const preview = Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8]).buffer;
    expect(readComfyMessage(preview)).toEqual({ type: 'preview', file: Uint8Array.from([0xff, 0xd8]) });
    expect(readComfyMessage(new ArrayBuffer(3))).toBeUndefined();
  });
});

describe('answers of sd-server', () => {
  it('hold what it has', () => {
    const img_gen = {
      width: 512,
      height: 512,
      sample_params: { sample_steps: 20, guidance: { txt_cfg: 7, img_cfg: null } },
    };
    const answer = {
      model: { name: 'sd.gguf', stem: 'sd', path: '/m/sd.gguf' },
      defaults_by_mode: { img_gen },
      loras: [],
    };
    expect(readSdServerFacts(answer)).toMatchObject({
      models: [{ name: 'sd' }],
      defaults: { width: 512, height: 512, steps: 20, guidance: 7 },
    });
    expect(() => readSdServerFacts({ ...answer, supported_modes: ['vid_gen'] })).toThrow('makes no pictures');
  });

  it('hold the state of a job', () => {
    const job = { id: 'job_1', kind: 'img_gen', status: 'queued', result: null, error: null };
    expect(readSdServerPicture(job)).toBeUndefined();
    const error = { code: 'generation_failed', message: 'generate_image returned empty results' };
    expect(() => readSdServerPicture({ ...job, status: 'failed', error })).toThrow('returned empty results');
    const result = { output_format: 'png', images: [{ index: 0, b64_json: png }] };
    expect(readSdServerPicture({ ...job, status: 'completed', result })).toBeDefined();
  });
});

describe('answers of OpenAI’s images API', () => {
  const base = 'http://127.0.0.1:8080';
  const read = (one: object) => readOpenaiPicture({ created: 1, data: [one] }, base);

  it('hold a picture, or an address of the server itself', () => {
    expect(read({ b64_json: png, revised_prompt: 'x' })).toEqual({ base64: png });
    expect(read({ url: `${base}/generated/1.png?x=1` })).toEqual({ path: '/generated/1.png?x=1' });
    expect(read({ url: `data:image/png;base64,${png}` })).toEqual({ base64: `data:image/png;base64,${png}` });
    expect(() => read({ url: 'http://10.0.0.1/1.png' })).toThrow('at another address than its own');
    expect(() => read({})).toThrow('without a picture');
  });
});

it('takes base64 with a type before it, and nothing else', () => {
  expect(decodeBase64(`data:image/png;base64,${png}`)).toEqual(decodeBase64(png));
  expect(() => decodeBase64('<html>')).toThrow('no base64, "<html>"');
  expect(() => decodeBase64('')).toThrow('no base64');
});
