import { ByocError } from '../errors/byoc-error.ts';
import type { CapabilityContract, Meter } from './capability.ts';
import { type CompiledEstimate, compileEstimate, reasonOf } from './compile-estimate.ts';
import { toCelValue } from './to-cel-value.ts';

const HEAVIEST = 16 * 1024 * 1024;
const DEAREST = 10_000_000;
const LARGEST = 2n ** 63n - 1n;

/** Compiling costs far more than running: once for each contract. */
const compiledEstimates = new WeakMap<Meter, CompiledEstimate>();

/**
 * Gives the upper bound of each meter for an input, from the CEL estimates in the contract. A meter without an estimate
 * is undefined: ask the worker (`EstimateUsage`), or use an operator's limit.
 *
 * Fill in defaults first (`parseInput`): an expression sees only the fields that are there.
 *
 * @throws ByocError ESTIMATE_INVALID when an expression fails, or gives anything but a whole number of at least 0
 */
export function estimateUsage(contract: CapabilityContract, input: unknown): Record<string, bigint | undefined> {
  const usage: Record<string, bigint | undefined> = {};
  for (const [meter, definition] of Object.entries(contract.meters)) {
    const { estimate } = definition;
    if (estimate === undefined) usage[meter] = undefined;
    else {
      const compiled = compiledEstimates.get(definition) ?? compileEstimate(meter, estimate);
      compiledEstimates.set(definition, compiled);
      usage[meter] = runEstimate(meter, { expression: estimate, compiled }, input);
    }
  }
  return usage;
}

function runEstimate(
  meter: string,
  { expression, compiled }: { expression: string; compiled: CompiledEstimate },
  input: unknown,
): bigint {
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('ESTIMATE_INVALID', { meter, expression, reason }, { cause });
  let result: unknown;
  try {
    const { value, weight, longest } = toCelValue(input);
    if (weight > HEAVIEST || (compiled.quadratic && weight * longest > DEAREST)) {
      throw new Error('the input is too large for it');
    }
    result = compiled.run(value);
  } catch (cause) {
    throw refuse(reasonOf(cause), cause);
  }
  const total = asWhole(result);
  if (total === undefined) throw refuse(`it gave ${describe(result)}, not a whole number`);
  if (total < 0n) throw refuse(`it gave ${total}, less than 0`);
  if (total > LARGEST) throw refuse('it gave more than 63 bits hold');
  return total;
}

/** CEL's int, its uint (an object of the library), and a double that is whole. */
function asWhole(result: unknown): bigint | undefined {
  if (typeof result === 'bigint') return result;
  if (typeof result === 'number') return Number.isSafeInteger(result) ? BigInt(result) : undefined;
  const inner: unknown = (result as { valueOf?: () => unknown } | null)?.valueOf?.();
  return typeof inner === 'bigint' ? inner : undefined;
}

function describe(result: unknown): string {
  return typeof result === 'number' || typeof result === 'boolean' ? String(result) : `a ${typeof result}`;
}
