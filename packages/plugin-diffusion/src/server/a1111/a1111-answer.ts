import { z } from 'zod';
import { decodeBase64 } from '../decode-base64.ts';
import { imageServerFailures } from '../image-server-failures.ts';
import { parseJson } from '../parse-json.ts';
import type { ServerPicture, ServerProgress, ServerUpscaler } from '../server-dialect.ts';

const pictureSchema = z.object({
  images: z.array(z.string()).nullish(),
  /** JSON in a text; sd-server's was empty once. */
  info: z.unknown(),
});
const infoSchema = z.object({ all_seeds: z.array(z.int().min(0)).nullish(), seed: z.int().min(0).nullish() });

/** The picture of an answer of `txt2img` or `img2img`. @throws ImageFailure server-garbled */
export function readA1111Picture(answer: unknown): ServerPicture {
  const parsed = pictureSchema.safeParse(answer);
  const [first] = parsed.data?.images ?? [];
  if (first === undefined) throw imageServerFailures.garbled('an answer without a picture');
  const info = infoSchema.safeParse(parseJson(parsed.data?.info)).data;
  return { encoded: decodeBase64(first), seed: info?.all_seeds?.[0] ?? info?.seed ?? undefined };
}

const progressSchema = z.object({
  state: z.object({
    /** 0 while nothing runs, -1 while a job begins. */
    job_count: z.number(),
    /** When the job began, to the second: tells one job from the next. */
    job_timestamp: z.union([z.string(), z.number()]).nullish(),
    sampling_step: z.number().nullish(),
    sampling_steps: z.number().nullish(),
  }),
  current_image: z.string().nullish(),
});

/** How far the job is that A1111 runs now; undefined where it runs none, or says what is no progress. */
export type A1111Progress = ServerProgress & { readonly job: string };

/** Reads an answer of `/sdapi/v1/progress`. */
export function readA1111Progress(answer: unknown): A1111Progress | undefined {
  const { state, current_image } = progressSchema.safeParse(answer).data ?? {};
  if (state === undefined || state.job_count === 0) return undefined;
  return {
    job: String(state.job_timestamp ?? ''),
    step: state.sampling_step ?? 0,
    steps: state.sampling_steps ?? undefined,
    preview: current_image
      ? new Uint8Array(Buffer.from(current_image.replace(/^data:[^,]*,/, ''), 'base64'))
      : undefined,
  };
}

/** A server without a digest names one of eights or none. */
const DIGEST = /^(?!8{64}$)[0-9a-f]{64}$/;
const modelsSchema = z.array(z.object({ title: z.string().min(1), sha256: z.string().nullish() }));
const optionsSchema = z.object({ sd_model_checkpoint: z.string().nullish() });

/** The models of `/sdapi/v1/sd-models`, the loaded one of `/sdapi/v1/options` first. @throws ImageFailure server-garbled */
export function readA1111Models(answer: unknown, options: unknown) {
  const models = modelsSchema.safeParse(answer).data;
  if (models === undefined) throw imageServerFailures.garbled('a list of models that is none');
  const loaded = optionsSchema.safeParse(options).data?.sd_model_checkpoint;
  return models
    .map(({ title, sha256 }) => ({
      name: title,
      digest: sha256 && DIGEST.test(sha256) ? `sha256:${sha256}` : undefined,
    }))
    .toSorted((a, b) => Number(b.name === loaded) - Number(a.name === loaded));
}

const upscaledSchema = z.object({ image: z.string().min(1) });

/** The picture of an answer of `extra-single-image`. @throws ImageFailure server-garbled */
export function readA1111Upscaled(answer: unknown): Uint8Array {
  const image = upscaledSchema.safeParse(answer).data?.image;
  if (image === undefined) throw imageServerFailures.garbled('an answer without a picture');
  return decodeBase64(image);
}

const upscalersSchema = z.array(
  z.object({
    name: z.string(),
    model_path: z.string().nullish(),
    // What no network does is as good as nothing said.
    scale: z.number().min(1).max(16).nullish().catch(null),
  }),
);
/** What these servers take for one of which they know nothing. */
const USUAL_SCALE = 4;

/** The upscalers of `/sdapi/v1/upscalers`; those without a file, plain resamplers, last. None where the server has no such list. */
export function readA1111Upscalers(answer: unknown): readonly ServerUpscaler[] {
  const listed = upscalersSchema.safeParse(answer).data ?? [];
  return listed
    .filter(({ name }) => name !== 'None')
    .toSorted((a, b) => Number(!a.model_path) - Number(!b.model_path))
    .map(({ name, scale }) => ({ name, scale: Math.round(scale ?? USUAL_SCALE) }));
}

const namedSchema = z.array(z.object({ name: z.string(), label: z.string().nullish() }));

/** The names of a list; undefined where the server has no such list. */
export function readNames(answer: unknown): readonly string[] | undefined {
  return namedSchema.safeParse(answer).data?.map(({ name, label }) => label ?? name);
}
