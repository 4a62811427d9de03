import { z } from 'zod';
import { imageServerFailures } from './image-server-failures.ts';
import type { PictureAsk } from './server-dialect.ts';
import { takeOutSettings } from './take-out-settings.ts';

/** Fields of a body for `/v1/images/generations`, or of a form for `/v1/images/edits`. */
export function toOpenaiFields({ model, prompt, width, height }: PictureAsk) {
  return { model, prompt: takeOutSettings(prompt), n: 1, size: `${width}x${height}`, response_format: 'b64_json' };
}

const answerSchema = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).min(1),
});

/** The picture of an answer, as base64, or the path of its address below the server's. @throws ImageFailure server-garbled */
export function readOpenaiPicture(
  answer: unknown,
  baseUrl: string,
): { readonly base64: string } | { readonly path: string } {
  const [first] = answerSchema.safeParse(answer).data?.data ?? [];
  if (first?.b64_json) return { base64: first.b64_json };
  if (!first?.url) throw imageServerFailures.garbled('an answer without a picture');
  if (first.url.startsWith('data:')) return { base64: first.url };
  const url = URL.parse(first.url, baseUrl);
  // An answer must not send the worker to other hosts.
  if (url === null || url.origin !== new URL(baseUrl).origin)
    throw imageServerFailures.garbled(
      `a picture at another address than its own, ${JSON.stringify(first.url.slice(0, 80))}`,
    );
  return { path: `${url.pathname}${url.search}` };
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });

/** The models of `/v1/models`. @throws ImageFailure server-garbled */
export function readOpenaiModels(answer: unknown): readonly string[] {
  const parsed = modelsSchema.safeParse(answer).data;
  if (parsed === undefined) throw imageServerFailures.garbled('a list of models that is none');
  return parsed.data.map(({ id }) => id);
}
