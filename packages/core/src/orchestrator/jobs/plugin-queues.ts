import { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { HostedPlugin, PluginHost, PluginPhase } from '../plugin-host.ts';
import type { JobLimits } from './job-limits.ts';
import { createSlotQueue, type SlotQueue } from './slot-queue.ts';

/** The slot queues of all plugins, in step with their workers. */
export interface PluginQueues {
  /** The queue of a plugin that takes jobs. @throws ByocError PLUGIN_UNAVAILABLE */
  take(plugin: HostedPlugin): SlotQueue;
  peek(pluginId: string): SlotQueue | undefined;
  totals(): { running: number; waiting: number };
  close(): void;
}

/** Phases in which no job is taken; in the others a job may wait for the worker. A failed plugin is started again soon. */
const closed: ReadonlySet<PluginPhase> = new Set<PluginPhase>(['draining', 'stopped', 'quarantined']);

/** Creates the queues and follows the host's events. `onChange` is called when slots or waiting jobs changed. */
export function createPluginQueues(options: {
  host: PluginHost;
  clock: Clock;
  limits: JobLimits;
  onChange(pluginId: string): void;
}): PluginQueues {
  const { host, limits, clock } = options;
  const queues = new Map<string, SlotQueue>();
  const unavailable = ({ pluginId, phase, reason }: HostedPlugin) =>
    new ByocError('PLUGIN_UNAVAILABLE', { plugin: pluginId, phase, reason });

  const queueOf = (plugin: HostedPlugin): SlotQueue => {
    let queue = queues.get(plugin.pluginId);
    if (queue === undefined) {
      const { queueLimit, queueWaitMs } = limits;
      const onChange = () => options.onChange(plugin.pluginId);
      const slots = slotsOf(plugin);
      queue = createSlotQueue({ plugin: plugin.pluginId, slots, queueLimit, queueWaitMs, clock, onChange });
      queues.set(plugin.pluginId, queue);
    }
    return queue;
  };
  const stops = [
    host.on('plugin-changed', (plugin) => {
      const queue = queueOf(plugin);
      const slots = slotsOf(plugin);
      if (slots !== queue.admission.slots) queue.setSlots(slots);
      if (closed.has(plugin.phase)) queue.refuseAll(unavailable(plugin));
    }),
    host.on('plugin-removed', (pluginId) => {
      queues
        .get(pluginId)
        ?.refuseAll(
          new ByocError('PLUGIN_UNAVAILABLE', { plugin: pluginId, phase: 'stopped', reason: 'it was removed' }),
        );
      queues.delete(pluginId);
    }),
  ];
  return {
    take(plugin) {
      if (closed.has(plugin.phase)) throw unavailable(plugin);
      return queueOf(plugin);
    },
    peek: (pluginId) => queues.get(pluginId),
    totals() {
      let running = 0;
      let waiting = 0;
      for (const { admission } of queues.values()) {
        running += admission.running;
        waiting += admission.waiting;
      }
      return { running, waiting };
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

/** How many jobs the worker of a plugin runs at once; 0 while there is none. */
export function slotsOf(plugin: HostedPlugin): number {
  if (plugin.worker === undefined) return 0;
  const said = plugin.workerState?.slotsTotal ?? 0;
  return said > 0 ? said : plugin.manifest.concurrency;
}
