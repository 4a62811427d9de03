import { ByocError } from '../../errors/byoc-error.ts';
import type { Usage } from '../payment-provider.ts';
import type { MeterTerms, UsageTerms } from './usage-terms.ts';

/** What counts of a meter so far. */
export interface JudgedMeter {
  readonly units: bigint;
  /** It was wrong once: what the worker says of it later is not believed. */
  readonly settled: boolean;
}

/** By meter. Empty before the first count. */
export type JudgedUsage = Readonly<Record<string, JudgedMeter>>;

/** A count that can't be true, and what counts in its place. */
export interface UsageFault {
  readonly meter: string;
  readonly fault: 'missing' | 'fell' | 'implausible';
  /** What the worker said; undefined when it said nothing. */
  readonly told: bigint | undefined;
  readonly counted: bigint;
}

/**
 * Takes what a worker says it has used for true, or does what the contract says of a count that can't be: one that falls, one
 * above its bound, and at the end one that never came. Pure; what counts never falls and never passes its bound.
 *
 * @param options.last the job has its result: what was not told by now never comes
 * @throws ByocError USAGE_MISSING, USAGE_DECREASED or USAGE_IMPLAUSIBLE by the policy `reject`
 */
export function judgeUsage(
  before: JudgedUsage,
  told: Usage,
  { jobId, terms, last }: { jobId: string; terms: UsageTerms; last: boolean },
): { readonly judged: JudgedUsage; readonly faults: readonly UsageFault[] } {
  const judged: Record<string, JudgedMeter> = { ...before };
  const faults: UsageFault[] = [];
  for (const [meter, meterTerms] of Object.entries(terms)) {
    const known = Object.hasOwn(before, meter) ? before[meter] : undefined;
    if (known?.settled) continue;
    const units = Object.hasOwn(told, meter) ? told[meter] : undefined;
    const fault = faultOf(units, known, meterTerms, last);
    if (fault === undefined) {
      if (units !== undefined) judged[meter] = { units, settled: false };
      continue;
    }
    const counted = countedInstead(known, meterTerms);
    if (counted === undefined) {
      const silent = Object.keys(terms).filter((one) => !Object.hasOwn(before, one) && !Object.hasOwn(told, one));
      throw explain(fault, {
        jobId,
        meter,
        silent,
        told: String(units),
        from: String(known?.units),
        bound: meterTerms.bound,
      });
    }
    judged[meter] = { units: counted, settled: true };
    faults.push({ meter, fault, told: units, counted });
  }
  return { judged, faults };
}

function faultOf(
  units: bigint | undefined,
  known: JudgedMeter | undefined,
  { bound }: MeterTerms,
  last: boolean,
): UsageFault['fault'] | undefined {
  if (units === undefined) return last && known === undefined ? 'missing' : undefined;
  if (known !== undefined && units < known.units) return 'fell';
  return bound !== undefined && units > BigInt(bound) ? 'implausible' : undefined;
}

/** Undefined: the job is rejected. */
function countedInstead(known: JudgedMeter | undefined, { policy, bound }: MeterTerms): bigint | undefined {
  if (policy === 'estimate') return bound === undefined ? undefined : BigInt(bound);
  if (policy === 'reject') return undefined;
  // A job that has used nothing of what it is paid by would have said so.
  return known?.units ?? (bound === '0' ? 0n : 1n);
}

function explain(
  fault: UsageFault['fault'],
  facts: { jobId: string; meter: string; silent: string[]; told: string; from: string; bound: string | undefined },
): ByocError {
  const { jobId, meter, silent, told, from, bound = '' } = facts;
  if (fault === 'missing') return new ByocError('USAGE_MISSING', { jobId, meters: silent });
  if (fault === 'fell') return new ByocError('USAGE_DECREASED', { jobId, meter, from, to: told });
  return new ByocError('USAGE_IMPLAUSIBLE', { jobId, meter, told, bound });
}
