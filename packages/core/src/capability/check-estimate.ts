import { compileEstimate } from './compile-estimate.ts';

/**
 * Checks the syntax, the names and the bounds of a meter's estimate, without an input.
 *
 * @throws ByocError ESTIMATE_INVALID
 */
export function checkEstimate(meter: string, expression: string): void {
  compileEstimate(meter, expression);
}
