import { assertNever } from '../../primitives/assert-never.ts';
import type { WorkerPhase } from '../../protocol/worker-service.ts';
import type { PluginPhase } from '../plugin-host.ts';

/** Failures within this time count towards quarantine. */
export const CRASH_WINDOW_MS = 10 * 60_000;
/** So many failures within the window are a crash loop. */
export const CRASHES_MAX = 5;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 60_000;
/** How often it is tried to start a worker while the container engine is away. */
const HOST_LOOK_MS = 2000;

/** Where a plugin is, and what its next step depends on. */
export interface PluginState {
  readonly phase: PluginPhase;
  /** Why, when failed or quarantined. */
  readonly reason: string;
  /** A worker exists: it was asked for and has not been reported gone. */
  readonly hasWorker: boolean;
  /** Times of recent failures, ms. */
  readonly failedAt: readonly number[];
  readonly restarts: number;
}

/** What happens to a plugin. */
export type PluginEvent =
  | { readonly type: 'start' }
  /** Models have to be fetched first. */
  | { readonly type: 'pull' }
  | { readonly type: 'pulled' }
  | { readonly type: 'worker-state'; readonly phase: WorkerPhase; readonly reason: string; readonly at: number }
  | { readonly type: 'worker-unhealthy'; readonly reason: string; readonly at: number }
  | { readonly type: 'worker-ended'; readonly reason: string; readonly at: number }
  /** It could not be started, and that says nothing about it: the container engine is away, or the network for its models. */
  | { readonly type: 'host-lost'; readonly reason: string }
  | { readonly type: 'retry-due' }
  | { readonly type: 'stop' };

/** What is to be done about it. */
export type PluginEffect =
  | { readonly type: 'start-worker' }
  | { readonly type: 'stop-worker' }
  | { readonly type: 'schedule-retry'; readonly delayMs: number };

/** A state and the effects of reaching it. */
export interface PluginStep {
  readonly state: PluginState;
  readonly effects: readonly PluginEffect[];
}

/** A plugin that was just installed. */
export const installedPlugin: PluginState = {
  phase: 'installed',
  reason: '',
  hasWorker: false,
  failedAt: [],
  restarts: 0,
};

/**
 * The life of a plugin: `installed → starting (⇄ pulling, while models are fetched) → warming → ready ⇄ busy → draining → stopped`, with `failed`
 * (retried with exponential backoff) and `quarantined` (five failures within ten minutes; needs the operator). While the
 * container engine or the network is away the plugin is `failed`, and is tried again however often.
 *
 * Pure. An event that means nothing in a state leaves it as it is.
 *
 * @param random 0 to 1: spreads the retries of several plugins
 */
export function transitionPlugin(state: PluginState, event: PluginEvent, random = 0.5): PluginStep {
  switch (event.type) {
    case 'pull':
      return state.phase === 'starting' ? to(state, { phase: 'pulling' }) : stay(state);
    case 'pulled':
      return state.phase === 'pulling' ? to(state, { phase: 'starting' }) : stay(state);
    case 'start':
      if (state.hasWorker || !['installed', 'stopped', 'failed', 'quarantined'].includes(state.phase))
        return stay(state);
      return to(state, { phase: 'starting', reason: '', hasWorker: true, failedAt: [] }, { type: 'start-worker' });
    case 'retry-due':
      if (state.phase !== 'failed' || state.hasWorker) return stay(state);
      return to(state, { phase: 'starting', hasWorker: true, restarts: state.restarts + 1 }, { type: 'start-worker' });
    case 'worker-state':
      return onWorkerState(state, event);
    case 'worker-unhealthy':
      // The worker goes first; its end leads to the retry.
      return isServing(state)
        ? to(state, { phase: 'failed', reason: event.reason }, { type: 'stop-worker' })
        : stay(state);
    case 'worker-ended':
      if (!state.hasWorker) return stay(state);
      if (state.phase === 'draining') return to(state, { phase: 'stopped', reason: '', hasWorker: false });
      if (state.phase === 'failed' || state.phase === 'quarantined')
        return fail({ ...state, hasWorker: false }, state.reason || event.reason, event.at, random);
      return fail({ ...state, hasWorker: false }, event.reason, event.at, random);
    case 'host-lost':
      if (!state.hasWorker) return stay(state);
      if (state.phase === 'draining') return to(state, { phase: 'stopped', reason: '', hasWorker: false });
      return to(
        state,
        { phase: 'failed', reason: event.reason, hasWorker: false },
        { type: 'schedule-retry', delayMs: HOST_LOOK_MS },
      );
    case 'stop':
      if (state.phase === 'stopped' || state.phase === 'draining') return stay(state);
      if (!state.hasWorker) return to(state, { phase: 'stopped', reason: '' });
      return to(state, { phase: 'draining', reason: '' }, { type: 'stop-worker' });
    default:
      return assertNever(event);
  }
}

function onWorkerState(state: PluginState, event: Extract<PluginEvent, { type: 'worker-state' }>): PluginStep {
  if (!isServing(state)) return stay(state);
  switch (event.phase) {
    case 'starting':
      return stay(state);
    case 'warming':
      return state.phase === 'starting' ? to(state, { phase: 'warming' }) : stay(state);
    case 'ready':
    case 'busy':
      return state.phase === event.phase ? stay(state) : to(state, { phase: event.phase, reason: '' });
    case 'draining':
      // Somebody else told it to drain: it will end, and be started again.
      return stay(state);
    case 'failed':
      return to(state, { phase: 'failed', reason: event.reason }, { type: 'stop-worker' });
    default:
      return assertNever(event.phase);
  }
}

function fail(state: PluginState, reason: string, at: number, random: number): PluginStep {
  const failedAt = [...state.failedAt.filter((time) => at - time < CRASH_WINDOW_MS), at];
  if (failedAt.length >= CRASHES_MAX) {
    return to(state, {
      phase: 'quarantined',
      reason: `it failed ${failedAt.length} times in ${CRASH_WINDOW_MS / 60_000} minutes; the last time: ${reason}`,
      failedAt,
    });
  }
  const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failedAt.length - 1) * (0.75 + random / 2));
  return to(state, { phase: 'failed', reason, failedAt }, { type: 'schedule-retry', delayMs: Math.round(delayMs) });
}

/** A worker is there and is wanted. */
function isServing(state: PluginState): boolean {
  return state.hasWorker && ['starting', 'warming', 'ready', 'busy'].includes(state.phase);
}

function to(state: PluginState, change: Partial<PluginState>, ...effects: PluginEffect[]): PluginStep {
  return { state: { ...state, ...change }, effects };
}

function stay(state: PluginState): PluginStep {
  return { state, effects: [] };
}
