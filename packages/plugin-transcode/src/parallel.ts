export type {
  ParallelOptions,
  ParallelResult,
  ParallelTranscode,
  PieceFacts,
} from './parallel/parallel-transcode.ts';
export { transcodeInParallel } from './parallel/transcode-in-parallel.ts';
