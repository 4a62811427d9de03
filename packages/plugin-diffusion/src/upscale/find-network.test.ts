import { expect, it } from 'vitest';
import { findNetwork } from './find-network.ts';

it.each([
  ['where it is alone', ['README.md', '4x-UltraSharp.onnx'], '4x-UltraSharp.onnx'],
  ['where Hugging Face has it', ['config.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx'], 'onnx/model.onnx'],
  ['by its name before others', ['model.onnx', 'model_fp16.onnx'], 'model.onnx'],
  ['not where it is one of several', ['x2.onnx', 'x4.onnx'], undefined],
  ['not in a model of words to pictures', ['model_index.json', 'unet/model.onnx'], undefined],
  ['not in one whose index is gone', ['text_encoder/model.onnx', 'unet/model.onnx'], undefined],
])('finds a network %s', (_, paths, network) => {
  expect(findNetwork(paths.map((path) => ({ path })))).toBe(network);
});
