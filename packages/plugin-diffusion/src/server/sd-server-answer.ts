import { z } from 'zod';
import { decodeBase64 } from './decode-base64.ts';
import { imageServerFailures } from './image-server-failures.ts';
import type { PictureAsk, ServerFacts, ServerPicture } from './server-dialect.ts';

const named = z.array(z.object({ name: z.string(), path: z.string() }));
const defaultsSchema = z
  .object({
    width: z.int().positive(),
    height: z.int().positive(),
    sample_params: z.object({ sample_steps: z.int().positive(), guidance: z.object({ txt_cfg: z.number() }) }),
  })
  .partial();
const capabilitiesSchema = z.object({
  model: z.object({ name: z.string().nullish(), stem: z.string().nullish() }),
  supported_modes: z.array(z.string()).optional(),
  defaults_by_mode: z.object({ img_gen: defaultsSchema.nullish() }).nullish(),
  samplers: z.array(z.string()).nullish(),
  schedulers: z.array(z.string()).nullish(),
  loras: named.nullish(),
});

/** What an answer of `/sdcpp/v1/capabilities` says. @throws ImageFailure server-garbled */
export function readSdServerFacts(answer: unknown): ServerFacts {
  const found = capabilitiesSchema.safeParse(answer).data;
  if (found === undefined) throw imageServerFailures.garbled('capabilities that are none');
  if (found.supported_modes?.includes('img_gen') === false)
    throw imageServerFailures.failed('its model makes no pictures');
  const given = found.defaults_by_mode?.img_gen;
  const name = found.model.stem || found.model.name || 'model';
  return {
    ...{
      version: 'unknown',
      models: [{ name, digest: undefined }],
      loras: (found.loras ?? []).map(({ path }) => path),
    },
    samplers: found.samplers ?? undefined,
    schedules: found.schedulers ?? undefined,
    defaults: {
      ...{ width: given?.width, height: given?.height },
      ...{ steps: given?.sample_params?.sample_steps, guidance: given?.sample_params?.guidance.txt_cfg },
    },
  };
}

/** A body for `/sdcpp/v1/img_gen`. */
export function toSdServerRequest(ask: PictureAsk): Readonly<Record<string, unknown>> {
  const { source, sampler } = ask;
  const base64 = (file: Uint8Array | undefined) => (file === undefined ? null : Buffer.from(file).toString('base64'));
  return {
    prompt: ask.prompt,
    negative_prompt: ask.negativePrompt,
    ...{ width: ask.width, height: ask.height, seed: ask.seed, batch_count: 1 },
    sample_params: {
      ...{ sample_steps: ask.steps, guidance: { txt_cfg: ask.guidance } },
      ...(sampler === undefined ? {} : { sample_method: sampler.name, scheduler: sampler.schedule }),
    },
    lora: ask.loras.map(({ name, weight }) => ({ path: name, multiplier: weight })),
    ...(source === undefined
      ? {}
      : { init_image: base64(source.image), mask_image: base64(source.mask), strength: source.strength }),
    output_format: 'png',
    embed_image_metadata: false,
  };
}

const jobSchema = z.object({
  status: z.enum(['queued', 'generating', 'completed', 'failed', 'cancelled']),
  result: z.object({ images: z.array(z.object({ b64_json: z.string() })) }).nullish(),
  error: z.object({ message: z.string().nullish() }).nullish(),
});

/** The picture in an answer of `/sdcpp/v1/jobs/{id}`; undefined while there is none. @throws ImageFailure server-failed, server-garbled, server-cut-off */
export function readSdServerPicture(answer: unknown): ServerPicture | undefined {
  const job = jobSchema.safeParse(answer).data;
  if (job === undefined) throw imageServerFailures.garbled('a job that is none');
  if (job.status === 'failed') throw imageServerFailures.failed(job.error?.message ?? 'it does not say why');
  if (job.status === 'cancelled') throw imageServerFailures.cut('it was cancelled there');
  if (job.status !== 'completed') return undefined;
  const [image] = job.result?.images ?? [];
  if (image === undefined) throw imageServerFailures.garbled('a job that ended without a picture');
  return { encoded: decodeBase64(image.b64_json), seed: undefined };
}

/** The id of a job that was queued. @throws ImageFailure server-garbled */
export function readSdServerId(answer: unknown): string {
  const id = z.object({ id: z.string().regex(/^[\w-]+$/) }).safeParse(answer).data?.id;
  if (id === undefined) throw imageServerFailures.garbled('an answer without the id of a job');
  return id;
}
