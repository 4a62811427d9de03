export { defaultJobLimits, type JobLimits } from './jobs/job-limits.ts';
export type {
  HostedPlugin,
  HostedWorker,
  PluginHost,
  PluginHostEvents,
  PluginPhase,
} from './plugin-host.ts';
