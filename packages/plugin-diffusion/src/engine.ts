export type {
  EngineContext,
  EngineEnd,
  EngineJob,
  EngineMode,
  EngineModel,
  EnginePicture,
  EngineProof,
  EngineStep,
  ImageEngine,
  UpscaleJob,
  UpscaleStep,
} from './engine/image-engine.ts';
export type { DiffusionLimits } from './job/limits.ts';
export { type FailureReason, ImageFailure } from './model/image-failure.ts';
export type { Picture } from './pipeline/picture.ts';
