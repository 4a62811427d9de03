export { createLlamaEngine } from './llama/llama-engine.ts';
export type { LlamaEngineOptions, LlamaModelFile } from './llama/llama-options.ts';
