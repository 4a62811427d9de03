import type { Logger } from '../../primitives/logger.ts';
import type { PluginState } from '../lifecycle/plugin-transition.ts';

/** Logs that a plugin is in another phase: a warning when it cannot serve. */
export function logPhaseChange(logger: Logger, plugin: string, before: PluginState, after: PluginState): void {
  const reason = after.reason === '' ? {} : { reason: after.reason };
  const fields = { plugin, from: before.phase, to: after.phase, ...reason };
  const level = after.phase === 'failed' || after.phase === 'quarantined' ? 'warn' : 'info';
  logger[level](fields, 'plugin-phase-changed');
}
