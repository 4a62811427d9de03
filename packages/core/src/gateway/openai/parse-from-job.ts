import type { z } from 'zod';
import { zodIssues } from '../../capability/zod-issues.ts';
import { ByocError } from '../../errors/byoc-error.ts';

/** Reads an event or the output of a job as far as this façade needs it. @throws ByocError CAPABILITY_OUTPUT_INVALID */
export function parseFromJob<S extends z.ZodType>(schema: S, value: unknown, capability: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ByocError('CAPABILITY_OUTPUT_INVALID', { capability, issues: zodIssues(parsed.error, value) });
}
