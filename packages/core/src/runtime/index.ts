export type {
  ContainerRuntime,
  PluginSource,
  ResolvedPlugin,
  RuntimeInfo,
  RuntimeProgress,
  StartedAddress,
  StartedWorker,
  WorkerExit,
  WorkerModel,
  WorkerSpec,
  WorkerStats,
} from './container-runtime.ts';
