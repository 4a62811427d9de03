import { ByocError } from '../errors/byoc-error.ts';
import type { AnyCapability, InputOf, ParsedInputOf } from './capability.ts';
import { zodIssues } from './zod-issues.ts';

/**
 * Checks an input against a typed capability and fills in its defaults. Every wrong field is named at once.
 *
 * @throws ByocError CAPABILITY_INPUT_INVALID
 */
export function parseInput<C extends AnyCapability>(capability: C, value: InputOf<C> | unknown): ParsedInputOf<C> {
  const result = capability.schemas.input.safeParse(value);
  if (result.success) return result.data as ParsedInputOf<C>;
  const issues = zodIssues(result.error, value);
  throw new ByocError('CAPABILITY_INPUT_INVALID', { capability: capability.reference, issues });
}
