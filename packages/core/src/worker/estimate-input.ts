import { estimateUsage } from '../capability/estimate-usage.ts';
import type { Implementation } from '../manifest/plugin.ts';
import { parseInputJson } from './parse-input-json.ts';

/**
 * Gives the upper bound of each meter for an input. The contract's expressions come first, since every host computes them
 * itself; the plugin's own estimate fills in the meters that have none. A meter that nobody can bound is left out.
 *
 * @throws ByocError FRAME_MALFORMED, CAPABILITY_INPUT_INVALID, ESTIMATE_INVALID
 */
export async function estimateInput(
  { capability, estimate }: Implementation,
  inputJson: Uint8Array,
  signal: AbortSignal,
): Promise<Record<string, bigint>> {
  const input = parseInputJson(capability, inputJson, '');
  const stated = estimateUsage(capability.contract, input);
  const isWhole = Object.values(stated).every((bound) => bound !== undefined);
  const told: Readonly<Record<string, bigint>> = isWhole ? {} : ((await estimate?.(input, signal)) ?? {});
  const bounds: Record<string, bigint> = {};
  for (const meter of Object.keys(stated)) {
    const bound = stated[meter] ?? told[meter];
    if (bound !== undefined) bounds[meter] = bound;
  }
  return bounds;
}
