import { z } from 'zod';
import type { JobResult } from '../job/job.ts';
import { toFacts } from './chat-answer.ts';
import { parseFromJob } from './parse-from-job.ts';
import { parseRequest } from './parse-request.ts';
import { EMBED, type EmbedJobInput, embedJobOutput, type IgnoredSetting } from './text-contracts.ts';
import { wantedModel } from './wanted-model.ts';

const schema = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.string()).min(1)], {
    error: 'must be a text or a list of texts: tokens mean nothing without their model',
  }),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().nullish(),
});

/** A request for embeddings, in the words of `text/embed`. */
export interface EmbedRequest {
  readonly input: EmbedJobInput;
  readonly ignored: readonly IgnoredSetting[];
}

/** Reads a request for `/v1/embeddings`. @throws ByocError OPENAI_REQUEST_INVALID */
export function readEmbedRequest(body: Record<string, unknown>): EmbedRequest {
  const request = parseRequest(schema, body);
  const model = wantedModel(request.model, EMBED);
  const ignored = Object.entries(request)
    .filter(([name, value]) => !(name in schema.shape) && value !== null)
    .map(([setting]) => ({ setting, reason: 'text/embed has no such setting' }));
  return {
    input: {
      ...(model === undefined ? {} : { model }),
      input: request.input,
      ...(request.dimensions == null ? {} : { dimensions: request.dimensions }),
      ...(request.encoding_format == null ? {} : { encoding: request.encoding_format }),
    },
    ignored,
  };
}

/** Answers with the vectors of a job. @throws ByocError CAPABILITY_OUTPUT_INVALID */
export function toEmbeddings(result: JobResult, { ignored }: EmbedRequest): Response {
  const output = parseFromJob(embedJobOutput, result.output, EMBED);
  const tokens = Number(result.usage['input_tokens'] ?? output.usage.inputTokens);
  const body = {
    object: 'list',
    data: output.embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: output.model.name,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    byoc: toFacts(output, result, ignored),
  };
  return Response.json(body, { headers: { 'x-request-id': result.jobId } });
}
