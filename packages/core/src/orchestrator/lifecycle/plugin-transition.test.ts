import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PluginPhase } from '../plugin-host.ts';
import { healthyWorker, judgeHealth } from './health-hysteresis.ts';
import {
  CRASH_WINDOW_MS,
  installedPlugin,
  type PluginEvent,
  type PluginState,
  transitionPlugin,
} from './plugin-transition.ts';

const workerPhases = ['starting', 'warming', 'ready', 'busy', 'draining', 'failed'] as const;

const events: Record<string, PluginEvent> = {
  start: { type: 'start' },
  pull: { type: 'pull' },
  pulled: { type: 'pulled' },
  ...Object.fromEntries(
    workerPhases.map((phase) => [phase, { type: 'worker-state', phase, reason: '', at: 0 } satisfies PluginEvent]),
  ),
  unhealthy: { type: 'worker-unhealthy', reason: 'silent', at: 0 },
  ended: { type: 'worker-ended', reason: 'gone', at: 0 },
  'host-lost': { type: 'host-lost', reason: 'engine' },
  'retry-due': { type: 'retry-due' },
  stop: { type: 'stop' },
};

const states: Record<string, PluginState> = Object.fromEntries(
  (
    [
      ['installed', false],
      ['starting', true],
      ['pulling', true],
      ['warming', true],
      ['ready', true],
      ['busy', true],
      ['draining', true],
      ['stopped', false],
      ['failed', false],
      ['failed', true],
      ['quarantined', false],
    ] satisfies [PluginPhase, boolean][]
  ).map(([phase, hasWorker]) => [
    `${phase}${phase === 'failed' && hasWorker ? ' (worker ending)' : ''}`,
    { ...installedPlugin, phase, hasWorker },
  ]),
);

describe('transitionPlugin', () => {
  it('leads every state by every event to the documented one', () => {
    const table = Object.entries(states).map(([name, state]) => {
      const moves = Object.entries(events).flatMap(([event, value]) => {
        const step = transitionPlugin(state, value);
        const effects = step.effects.map((effect) => effect.type).join('+');
        return step.state === state ? [] : [`${event} → ${step.state.phase}${effects === '' ? '' : ` [${effects}]`}`];
      });
      return `${name}: ${moves.join(', ')}`;
    });
    expect(table).toMatchInlineSnapshot(`
      [
        "installed: start → starting [start-worker], stop → stopped",
        "starting: pull → pulling, warming → warming, ready → ready, busy → busy, failed → failed [stop-worker], unhealthy → failed [stop-worker], ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "pulling: pulled → starting, ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "warming: ready → ready, busy → busy, failed → failed [stop-worker], unhealthy → failed [stop-worker], ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "ready: busy → busy, failed → failed [stop-worker], unhealthy → failed [stop-worker], ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "busy: ready → ready, failed → failed [stop-worker], unhealthy → failed [stop-worker], ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "draining: ended → stopped, host-lost → stopped",
        "stopped: start → starting [start-worker]",
        "failed: start → starting [start-worker], retry-due → starting [start-worker], stop → stopped",
        "failed (worker ending): ended → failed [schedule-retry], host-lost → failed [schedule-retry], stop → draining [stop-worker]",
        "quarantined: start → starting [start-worker], stop → stopped",
      ]
    `);
  });

  const anyEvent: fc.Arbitrary<PluginEvent> = fc.oneof(
    fc.constantFrom<PluginEvent>(
      { type: 'pull' },
      { type: 'pulled' },
      { type: 'start' },
      { type: 'retry-due' },
      { type: 'stop' },
    ),
    fc.record({
      type: fc.constant('worker-state' as const),
      phase: fc.constantFrom(...workerPhases),
      reason: fc.string(),
      at: fc.nat(),
    }),
    fc.record({
      type: fc.constantFrom('worker-unhealthy' as const, 'worker-ended' as const),
      reason: fc.string(),
      at: fc.nat(),
    }),
    fc.record({ type: fc.constant('host-lost' as const), reason: fc.string() }),
  );

  it('never asks for a second worker, and never stops one that is not there', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (sequence) => {
        let state = installedPlugin;
        let workers = 0;
        for (const event of sequence) {
          const ends = event.type === 'worker-ended' || event.type === 'host-lost';
          if (ends && workers === 0) continue;
          if (ends) workers -= 1;
          const step = transitionPlugin(state, event);
          for (const effect of step.effects) {
            if (effect.type === 'start-worker') workers += 1;
            if (effect.type === 'stop-worker') expect(workers).toBe(1);
          }
          state = step.state;
          expect(workers).toBeLessThanOrEqual(1);
          expect(state.hasWorker).toBe(workers === 1);
        }
      }),
    );
  });

  it('is stopped after stop and the end of its worker, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (sequence) => {
        let state = sequence.reduce((before, event) => transitionPlugin(before, event).state, installedPlugin);
        state = transitionPlugin(state, { type: 'stop' }).state;
        if (state.hasWorker) state = transitionPlugin(state, { type: 'worker-ended', reason: '', at: 0 }).state;
        expect(state.phase).toBe('stopped');
      }),
    );
  });

  it('quarantines a plugin that fails five times in ten minutes, with growing pauses before', () => {
    let state = transitionPlugin(installedPlugin, { type: 'start' }).state;
    const delays: number[] = [];
    for (let crash = 0; crash < 5; crash += 1) {
      const step = transitionPlugin(state, { type: 'worker-ended', reason: 'exit code 1', at: crash * 1000 });
      delays.push(...step.effects.flatMap((effect) => (effect.type === 'schedule-retry' ? [effect.delayMs] : [])));
      state = transitionPlugin(step.state, { type: 'retry-due' }).state;
    }
    expect(delays).toEqual([500, 1000, 2000, 4000]);
    expect(state).toMatchObject({ phase: 'quarantined', hasWorker: false });
  });

  it('tries a plugin again however long the container engine is away', () => {
    let state = transitionPlugin(installedPlugin, { type: 'start' }).state;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const step = transitionPlugin(state, { type: 'host-lost', reason: 'no answer' });
      expect(step.state).toMatchObject({ phase: 'failed', failedAt: [] });
      expect(step.effects).toEqual([{ type: 'schedule-retry', delayMs: 2000 }]);
      state = transitionPlugin(step.state, { type: 'retry-due' }).state;
    }
  });

  it('forgets failures that are long ago', () => {
    let state = transitionPlugin(installedPlugin, { type: 'start' }).state;
    for (let crash = 0; crash < 20; crash += 1) {
      state = transitionPlugin(state, { type: 'worker-ended', reason: '', at: crash * CRASH_WINDOW_MS }).state;
      expect(state.phase).toBe('failed');
      state = transitionPlugin(state, { type: 'retry-due' }).state;
    }
  });
});

describe('judgeHealth', () => {
  it('needs three bad answers in a row to lose trust and one good one to win it back', () => {
    const answers = [false, false, true, false, false, false, false, true];
    const opinions: boolean[] = [];
    answers.reduce((health, answered) => {
      const next = judgeHealth(health, answered);
      opinions.push(next.healthy);
      return next;
    }, healthyWorker);
    expect(opinions).toEqual([true, true, true, true, true, false, false, true]);
  });
});
