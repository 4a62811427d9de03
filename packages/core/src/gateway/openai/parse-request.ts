import type { z } from 'zod';
import { zodIssues } from '../../capability/zod-issues.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { toParam } from './to-param.ts';

/** Checks the shape of a request; the first wrong field is named as OpenAI's API names it. @throws ByocError OPENAI_REQUEST_INVALID */
export function parseRequest<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = zodIssues(parsed.error, body);
  throw new ByocError('OPENAI_REQUEST_INVALID', {
    param: toParam(issue?.path ?? '') ?? 'body',
    reason: issue?.message ?? 'is invalid',
  });
}
