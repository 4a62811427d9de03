import { ByocError, isByocError } from '../../errors/byoc-error.ts';

/** Returns a catalogued error as it is, and hides any other behind INTERNAL_ERROR: its text may hold secrets. */
export function toByocError(error: unknown): ByocError {
  if (isByocError(error)) return error;
  return new ByocError('INTERNAL_ERROR', {}, { cause: error });
}
