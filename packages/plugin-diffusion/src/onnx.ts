export { createOnnxEngine } from './onnx/create-onnx-engine.ts';
export type { OnnxEngineOptions } from './onnx/onnx-options.ts';
