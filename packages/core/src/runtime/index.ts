export type {
  ContainerRuntime,
  PluginSource,
  ResolvedPlugin,
  RuntimeInfo,
  RuntimeProgress,
  StartedAddress,
  StartedWorker,
  WorkerExit,
  WorkerSpec,
  WorkerStats,
} from './container-runtime.ts';
