import type { Meter } from './capability.ts';

/**
 * Declares a meter: a cumulative counter of billable units.
 *
 * @example
 * meter({ unit: 'character', description: 'Characters echoed.', estimate: 'size(input.text)' })
 */
export function meter<const M extends Meter>(definition: M): M {
  return definition;
}
