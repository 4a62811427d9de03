import type { JobResult } from '../job/job.ts';
import { toFacts } from './chat-answer.ts';
import type { ImageJobEvent, ImageJobOutput } from './image-contract.ts';
import type { ImageRequest } from './image-request.ts';

/** All pictures of a job in one answer. `files` are those of `output.images`, in their order. */
export function toImages(output: ImageJobOutput, files: readonly Buffer[], request: ImageRequest, created: number) {
  return {
    created,
    ...lookOf(output, request),
    data: files.map((file) => ({ b64_json: file.toString('base64') })),
  };
}

/** A picture that is being made, in the event of a stream; undefined where the event has none to show, or no more are wanted. */
export function toPartialImage(event: ImageJobEvent, shown: number, request: ImageRequest, created: number) {
  const { image, step, steps, preview } = event;
  const isDue =
    shown < request.partialImages && step < steps && step * (request.partialImages + 1) >= steps * (shown + 1);
  const [, format, data] = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(preview ?? '') ?? [];
  if (!isDue || data === undefined) return undefined;
  return {
    type: `${request.events}.partial_image`,
    b64_json: data,
    partial_image_index: shown,
    created_at: created,
    ...{ background: 'opaque', output_format: format, quality: 'auto', size: 'auto' },
    byoc: { image, step, steps },
  };
}

/** A picture that is made, in the event of a stream. */
export function toCompletedImage(
  { output, index, file }: { output: ImageJobOutput; index: number; file: Buffer },
  facts: ReturnType<typeof toImageFacts>,
  request: ImageRequest,
  created: number,
) {
  return {
    type: `${request.events}.completed`,
    b64_json: file.toString('base64'),
    created_at: created,
    ...{ ...lookOf(output, request), quality: 'auto' },
    byoc: { image: index, ...facts },
  };
}

/** What BYOC knows more than OpenAI's API tells. */
export function toImageFacts(output: ImageJobOutput, result: JobResult, request: ImageRequest) {
  const { changes, model, settings, images } = output;
  const told = changes.map(({ field, reason }) => ({ setting: field, reason }));
  const isIgnored = (_: unknown, at: number) => changes[at]?.kind === 'ignored';
  return {
    ...toFacts({ ignored: told.filter(isIgnored) }, result, request.ignored),
    /** Settings that were taken otherwise than they were given. */
    adjusted: told.filter((one, at) => !isIgnored(one, at)),
    ...{ model, settings },
    images: images.map(({ seed, width, height, sha256 }) => ({ seed, width, height, sha256 })),
    usage: Object.fromEntries(Object.entries(result.usage).map(([meter, total]) => [meter, Number(total)])),
  };
}

function lookOf({ settings }: ImageJobOutput, { input }: ImageRequest) {
  return {
    background: 'opaque',
    output_format: input.format ?? 'png',
    size: `${settings.width}x${settings.height}`,
  };
}
