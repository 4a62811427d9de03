import { randomUUID } from 'node:crypto';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Draughtsman } from './draughtsman.ts';
import { type ImageServer, type Routes, type ServedJob, startImageServer } from './image-server.ts';

const nodeSchema = z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) });
const promptSchema = z.object({
  prompt: z.record(z.string(), nodeSchema),
  client_id: z.string(),
  prompt_id: z.string().optional(),
});
const idsSchema = z.object({ delete: z.array(z.string()) });

/** A server like ComfyUI, and its sockets. */
export interface ComfyServer extends ImageServer {
  /** By client. */
  readonly sockets: Map<string, WebSocket>;
  /** What a job ends with instead of a picture. */
  exception: string | undefined;
  /** Nodes whose results it says it has still. */
  cached: readonly string[];
}

const CHOICES: Readonly<Record<string, object>> = {
  CheckpointLoaderSimple: { ckpt_name: [['shapes.safetensors', 'other.safetensors'], { tooltip: 'The checkpoint.' }] },
  KSampler: {
    sampler_name: ['COMBO', { options: ['euler', 'euler_ancestral', 'dpmpp_2m', 'ddim'] }],
    scheduler: [['normal', 'karras', 'simple']],
  },
  LoraLoader: { lora_name: [['crayon.safetensors']] },
};

/** Starts one. */
export async function startComfyServer(draughtsman: Draughtsman): Promise<ComfyServer> {
  const sockets = new Map<string, WebSocket>();
  const upgrades = new WebSocketServer({ noServer: true });
  const files = new Map<string, Uint8Array>();
  const jobs = new Map<string, ServedJob>();
  const history = new Map<string, object>();

  const run = async (job: ServedJob, client: string, sampler: string) => {
    const tell = (type: string, data: object) =>
      sockets.get(client)?.send(JSON.stringify({ type, data: { ...data, prompt_id: job.id } }));
    tell('execution_start', {});
    tell('execution_cached', { nodes: it.cached });
    const behaviour = {
      ...it.behaviour,
      async onStep(one: ServedJob) {
        const { step, steps } = it.behaviour.claim(one);
        tell('progress', { value: step, max: steps, node: sampler });
        await it.behaviour.onStep(one);
      },
    };
    const drawn = await draughtsman.draw(job, behaviour, (jpeg) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(1);
      head.writeUInt32BE(1, 4);
      sockets.get(client)?.send(Buffer.concat([head, jpeg]));
    });
    // A decoder tells progress too, which is none of the network's.
    tell('progress', { value: 9, max: 9, node: 'decoded' });
    jobs.delete(job.id);
    const ended = drawn === undefined || it.exception !== undefined;
    const type = drawn === undefined ? 'execution_interrupted' : ended ? 'execution_error' : 'execution_success';
    const facts = { exception_message: it.exception, exception_type: 'RuntimeError', node_type: 'KSampler' };
    const messages = [
      ['execution_start', {}],
      [type, it.exception === undefined ? {} : facts],
    ];
    if (drawn !== undefined) files.set(`${job.id}.png`, drawn);
    const images = [{ filename: `${job.id}.png`, subfolder: '', type: 'temp' }];
    history.set(job.id, {
      outputs: ended ? {} : { picture: { images } },
      status: { status_str: ended ? 'error' : 'success', completed: !ended, messages },
    });
    tell(type, {});
    tell('executing', { node: null });
  };

  const routes: Routes = async ({ method, path, body }) => {
    const [, of = ''] = /^\/object_info\/(\w+)$/.exec(path) ?? [];
    if (of !== '') return CHOICES[of] ? { [of]: { input: { required: CHOICES[of] } } } : {};
    const [, id = ''] = /^\/history\/([\w-]+)$/.exec(path) ?? [];
    if (id !== '') return history.has(id) ? { [id]: history.get(id) } : {};
    if (path.startsWith('/view?')) return files.get(new URLSearchParams(path.slice(6)).get('filename') ?? '');
    const running = [...jobs.keys()].map((job) => [0, job, {}, {}, []]);
    switch (`${method} ${path}`) {
      case 'GET /system_stats':
        return { system: { os: 'posix', comfyui_version: '0.3.60' }, devices: [] };
      case 'GET /queue':
        return { queue_running: running, queue_pending: [] };
      case 'POST /interrupt': {
        const job = jobs.get(z.object({ prompt_id: z.string() }).parse(body).prompt_id);
        if (job) job.isStopped = true;
        return new Uint8Array();
      }
      case 'POST /queue':
        return new Uint8Array();
      case 'POST /history':
        for (const one of idsSchema.parse(body).delete) history.delete(one);
        return new Uint8Array();
      case 'POST /upload/image': {
        const { image } = z
          .object({ image: z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }) })
          .parse(body);
        files.set(`byoc/${image.name}`, image.bytes);
        return { name: image.name, subfolder: 'byoc', type: 'input' };
      }
      case 'POST /prompt': {
        const { prompt, client_id, prompt_id = randomUUID() } = promptSchema.parse(body);
        const find = (type: RegExp) => Object.entries(prompt).find(([, { class_type }]) => type.test(class_type)) ?? [];
        const [sampler = '', ksampler] = find(/^KSampler$/);
        const known = CHOICES['CheckpointLoaderSimple'] as { ckpt_name: [string[]] };
        const checkpoint = find(/^CheckpointLoaderSimple$/)[1]?.inputs['ckpt_name'];
        if (!known.ckpt_name[0].includes(String(checkpoint))) {
          const details = `Value not in list: ckpt_name: '${checkpoint}'`;
          const error = {
            type: 'prompt_outputs_failed_validation',
            message: 'Prompt outputs failed validation',
            details,
          };
          return { status: 400, body: { error, node_errors: {} } };
        }
        const inputs = z
          .object({ seed: z.int(), steps: z.int(), cfg: z.number(), denoise: z.number() })
          .parse(ksampler?.inputs);
        const text = z.tuple([z.string(), z.number()]).parse(ksampler?.inputs['positive'])[0];
        const size = z
          .object({ width: z.int(), height: z.int() })
          .safeParse(find(/^EmptyLatentImage$/)[1]?.inputs).data;
        const file = (type: RegExp) => files.get(String(find(type)[1]?.inputs['image']));
        const job: ServedJob = {
          ask: {
            ...{ prompt: String(prompt[text]?.inputs['text']), width: 128, height: 128, ...size },
            ...{ seed: inputs.seed, guidance: inputs.cfg, image: file(/^LoadImage$/), mask: file(/^LoadImageMask$/) },
            // All of its steps are run, however little is painted over.
            ...{ steps: Math.round(inputs.steps / inputs.denoise), strength: inputs.denoise },
          },
          ...{ id: prompt_id, step: 0, steps: inputs.steps, isStopped: false },
        };
        jobs.set(job.id, job);
        void run(job, client_id, sampler);
        return { prompt_id: job.id, number: 1, node_errors: {} };
      }
    }
    return undefined;
  };

  const server = await startImageServer(routes, draughtsman, (request, socket, head) =>
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      sockets.set(new URL(request.url ?? '', 'http://a').searchParams.get('clientId') ?? '', opened);
      opened.send(JSON.stringify({ type: 'status', data: { status: { exec_info: { queue_remaining: 0 } } } }));
    }),
  );
  const it: ComfyServer = Object.assign(server, { sockets, exception: undefined, cached: [] });
  return it;
}
