import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobSession } from '../jobs/job-session.ts';
import type { PluginQueues } from '../jobs/plugin-queues.ts';
import type { PluginHost } from '../plugin-host.ts';
import type { JobEndRow } from '../store/job-rows.ts';

/** The figures of an orchestrator, in a registry of its own. */
export interface Metrics {
  jobEnded(session: JobSession, end: JobEndRow): void;
  bytes(direction: 'in' | 'out', count: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** Creates the metrics. docs/orchestrator.md lists them. */
export function createMetrics(options: { host: PluginHost; queues: PluginQueues }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const ended = new Counter({
    ...{
      name: 'byoc_jobs_ended_total',
      help: 'Jobs that have ended.',
      labelNames: ['plugin', 'outcome', 'code'],
      registers,
    },
  });
  const seconds = new Histogram({
    ...{ name: 'byoc_job_seconds', help: 'From acceptance to the end of a job.', labelNames: ['plugin'], registers },
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1800],
  });
  const bytes = new Counter({
    ...{ name: 'byoc_part_bytes_total', help: 'Bytes of parts over HTTPS.', labelNames: ['direction'], registers },
  });
  new Gauge({
    ...{ name: 'byoc_jobs_running', help: 'Jobs that hold a slot.', labelNames: ['plugin'], registers },
    collect() {
      this.reset();
      for (const { pluginId } of options.host.list())
        this.set({ plugin: pluginId }, options.queues.peek(pluginId)?.admission.running ?? 0);
    },
  });
  new Gauge({
    ...{ name: 'byoc_jobs_queued', help: 'Jobs that wait for a slot.', labelNames: ['plugin'], registers },
    collect() {
      this.reset();
      for (const { pluginId } of options.host.list())
        this.set({ plugin: pluginId }, options.queues.peek(pluginId)?.admission.waiting ?? 0);
    },
  });
  new Gauge({
    ...{
      name: 'byoc_plugin_phase',
      help: '1 for the phase a plugin is in.',
      labelNames: ['plugin', 'phase'],
      registers,
    },
    collect() {
      this.reset();
      for (const { pluginId, phase } of options.host.list()) this.set({ plugin: pluginId, phase }, 1);
    },
  });
  return {
    jobEnded({ job }, end) {
      ended.inc({ plugin: job.pluginId, outcome: end.state, code: end.error?.code ?? '' });
      seconds.observe({ plugin: job.pluginId }, (end.endedAt - job.acceptedAt) / 1000);
    },
    bytes: (direction, count) => bytes.inc({ direction }, count),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
