export type {
  EngineChat,
  EngineChatEnd,
  EngineChatStep,
  EngineContext,
  EngineEmbed,
  EngineEmbedEnd,
  EngineModel,
  LlmEngine,
} from './engine/llm-engine.ts';
export { LlmFailure } from './engine/llm-failure.ts';
