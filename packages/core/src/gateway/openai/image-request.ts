import { z } from 'zod';
import { IMAGE, type ImageJobInput } from './image-contract.ts';
import { parseRequest } from './parse-request.ts';
import { present } from './present.ts';
import type { IgnoredSetting } from './text-contracts.ts';
import { wantedModel } from './wanted-model.ts';

/** Of a partial picture, pixels of its longer side: the most that `image/generate` shows. */
const PARTIAL_SIZE = 512;

/** What both kinds of requests for pictures take. */
export const imageSettings = {
  prompt: z.string(),
  model: z.string().min(1).nullish(),
  n: z.number().nullish(),
  size: z
    .string()
    .regex(/^(auto|\d{1,5}x\d{1,5})$/, 'Must be "auto" or width and height as in "1024x1024"')
    .nullish(),
  output_format: z.enum(['png', 'jpeg', 'webp']).nullish(),
  output_compression: z.number().min(0).max(100).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.number().int().min(0).max(3).nullish(),
  // To leave these out would give another picture, or another answer, than the one that was asked for.
  background: z
    .string()
    .nullish()
    .refine((value) => value !== 'transparent', 'must be "opaque" or "auto": pictures have no transparent parts'),
  response_format: z
    .string()
    .nullish()
    .refine(
      (value) => (value ?? 'b64_json') === 'b64_json',
      'must be "b64_json": this gateway keeps no files to link to',
    ),
  // Other servers' words, for what OpenAI's API has none.
  seed: z.number().nullish(),
  negative_prompt: z.string().nullish(),
  /** stable-diffusion.cpp's name. */
  steps: z.number().nullish(),
  /** LocalAI's name. */
  step: z.number().nullish(),
  /** vLLM's name. */
  num_inference_steps: z.number().nullish(),
  guidance: z.number().nullish(),
  /** vLLM's name. */
  guidance_scale: z.number().nullish(),
  /** stable-diffusion.cpp's name. */
  cfg_scale: z.number().nullish(),
  scheduler: z.string().nullish(),
};

const schema = z.looseObject(imageSettings);
type ImageSettings = z.output<typeof schema>;

/** A request for pictures, in the words of `image/generate`. */
export interface ImageRequest {
  readonly input: ImageJobInput;
  readonly stream: boolean;
  /** Pictures to show of one while it is made. */
  readonly partialImages: number;
  /** How the events of a stream begin. */
  readonly events: 'image_generation' | 'image_edit';
  /** What the request asked for and `image/generate` has no word for. */
  readonly ignored: readonly IgnoredSetting[];
}

/** Reads a request for `/v1/images/generations`. Values are checked by the contract of the offer. @throws ByocError OPENAI_REQUEST_INVALID */
export function readImageRequest(body: Record<string, unknown>): ImageRequest {
  return toImageRequest(parseRequest(schema, body), { events: 'image_generation', known: imageSettings });
}

/** Says settings in the words of `image/generate`; what is not among the `known` ones is told as ignored. */
export function toImageRequest(
  request: ImageSettings,
  { events, known }: { events: ImageRequest['events']; known: object },
): ImageRequest {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(request.size ?? '') ?? [];
  const steps = request.steps ?? request.num_inference_steps ?? request.step;
  const partialImages = request.stream === true ? (request.partial_images ?? 0) : 0;
  const input = present({
    prompt: request.prompt,
    negativePrompt: request.negative_prompt,
    model: wantedModel(request.model ?? IMAGE, IMAGE),
    width: width === undefined ? undefined : Number(width),
    height: height === undefined ? undefined : Number(height),
    count: request.n,
    steps,
    guidance: request.guidance ?? request.guidance_scale ?? request.cfg_scale,
    seed: request.seed,
    scheduler: request.scheduler,
    format: request.output_format,
    // The contract has no quality 0.
    quality: request.output_compression == null ? undefined : Math.max(1, Math.round(request.output_compression)),
    // Without a number of steps it is the model's: each is asked for, and those that fit are shown.
    previews:
      partialImages === 0
        ? undefined
        : { everySteps: Math.max(1, Math.floor((steps ?? 1) / (partialImages + 1))), size: PARTIAL_SIZE },
  });
  const ignored = Object.entries(request)
    .filter(([name, value]) => !(name in known) && value != null && value !== 'auto')
    .map(([setting]) => ({ setting, reason: 'image/generate has no such setting' }));
  return { input, stream: request.stream === true, partialImages, events, ignored };
}
