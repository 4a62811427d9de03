import type { AnyCapability } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import { abortable } from '../abortable.ts';
import { backoffDelayMs } from '../backoff-delay.ts';
import type { IndexedOffer } from '../offers/indexed-offer.ts';
import type { OfferFilter } from '../offers/offer-filter.ts';
import type { SelectedOffer } from '../offers/select-offer.ts';

/** How long a job waits for orchestrators that are tried again for it. */
const RETRY_WAIT_MS = 2_000;

/** Live offers, as a job sees them. */
export interface OfferView {
  readonly select: (filter: OfferFilter, excluded: ReadonlySet<string>) => SelectedOffer;
  /** How long it is worth waiting for an orchestrator that is not excluded and is just connecting, ms; 0 when none is. */
  readonly worthWaitingMs: (excluded: ReadonlySet<string>) => number;
  /** Tries orchestrators that are lost and not excluded at once; resolves when each has answered or failed. */
  readonly retryLost: (excluded: ReadonlySet<string>) => Promise<void>;
  /** Resolves at the next change of the offers or of a connection. */
  readonly changed: () => Promise<void>;
  readonly unreachable: () => { url: string; reason: string }[];
  readonly clock: Clock;
  readonly random: () => number;
}

/** A failed try at one orchestrator. */
export interface FailedAttempt {
  /** Its URL. */
  readonly orchestrator: string;
  readonly error: ByocError;
  /** The same orchestrator may be asked again, after a pause. */
  readonly mayRepeat: boolean;
}

/**
 * Chooses where a job goes next. An orchestrator that failed comes last, after a pause, and only when its error allows that.
 * When nothing fits, orchestrators that are lost are tried once more, and one that is just connecting is waited for, for a moment.
 *
 * @throws ByocError NO_OFFER_MATCHES before the first attempt, allFailed(…) after it
 */
export async function chooseOffer(
  view: OfferView,
  filter: OfferFilter & { readonly capability: string },
  { failures, signal }: { failures: readonly FailedAttempt[]; signal: AbortSignal },
): Promise<IndexedOffer> {
  const failed = new Set(failures.map(({ orchestrator }) => orchestrator));
  let selected = view.select(filter, failed);
  if (selected.chosen !== undefined) return selected.chosen;
  const last = new Map(failures.map(({ orchestrator, mayRepeat }) => [orchestrator, mayRepeat]));
  const excluded = new Set([...last].filter(([, mayRepeat]) => !mayRepeat).map(([url]) => url));
  if (excluded.size < failed.size)
    await view.clock.sleep(backoffDelayMs(failures.length, view.random), { signal, unref: false });
  selected = await awaitOffer(view, filter, { excluded, signal });
  if (selected.chosen !== undefined) return selected.chosen;
  if (failures.length > 0) throw allFailed(filter.capability, failures);
  const removed = [...selected.removed].map(([name, offers]) => ({ filter: name, offers }));
  throw new ByocError('NO_OFFER_MATCHES', {
    capability: filter.capability,
    offered: selected.offered,
    removed,
    unreachable: view.unreachable(),
  });
}

/** One failure is told as it is; more are told together. */
export function allFailed(capability: string, failures: readonly FailedAttempt[]): ByocError {
  const cause = failures.at(-1)?.error;
  if (failures.length === 1 && cause !== undefined) return cause;
  const attempts = failures.map(({ orchestrator, error }) => ({
    orchestrator,
    code: error.code,
    message: error.shortMessage,
  }));
  return new ByocError('ALL_OFFERS_FAILED', { capability, attempts }, { cause });
}

/** The reference that a typed capability is asked for by: any version that is compatible. */
export function wantedReference(capability: AnyCapability | string): string {
  return typeof capability === 'string' ? capability : `${capability.name}@^${capability.version}`;
}

async function awaitOffer(
  view: OfferView,
  filter: OfferFilter,
  { excluded, signal }: { excluded: ReadonlySet<string>; signal: AbortSignal },
): Promise<SelectedOffer> {
  const startedAt = view.clock.now();
  let retried = false;
  const retrying = view.retryLost(excluded).then(() => {
    retried = true;
  });
  for (;;) {
    // Before the look, so that no change is missed.
    const changed = retried ? view.changed() : Promise.race([view.changed(), retrying]);
    const selected = view.select(filter, excluded);
    if (selected.chosen !== undefined) return selected;
    const waitMs = Math.max(view.worthWaitingMs(excluded), retried ? 0 : RETRY_WAIT_MS);
    const leftMs = startedAt + waitMs - view.clock.now();
    if (leftMs <= 0) return selected;
    const timer = new AbortController();
    const pause = view.clock.sleep(leftMs, { signal: timer.signal, unref: false }).catch(() => {});
    await abortable(Promise.race([changed, pause]), signal).finally(() => timer.abort());
  }
}
