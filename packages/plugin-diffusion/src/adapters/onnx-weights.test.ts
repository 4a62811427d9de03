import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { readOnnxWeights } from './onnx-weights.ts';

const message = (write: (writer: BinaryWriter) => void) => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const text = (writer: BinaryWriter, field: number, value: string) =>
  writer.tag(field, WireType.LengthDelimited).string(value);
const block = (writer: BinaryWriter, field: number, bytes: Uint8Array) =>
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);

const node = (operator: string, name: string, inputs: string[], output = '', transB = false) =>
  message((writer) => {
    for (const input of inputs) text(writer, 1, input);
    text(writer, 2, output);
    text(writer, 3, name);
    text(writer, 4, operator);
    if (!transB) return;
    const attribute = message((inner) => text(inner, 1, 'transB').tag(3, WireType.Varint).int64(1));
    block(writer, 5, attribute);
  });
const tensor = (name: string, dataType = 1) =>
  message((writer) => {
    for (const side of [2, 3]) writer.tag(1, WireType.Varint).int64(side);
    text(writer.tag(2, WireType.Varint).int32(dataType), 8, name);
    block(writer, 9, new Uint8Array(24));
  });
const model = (nodes: Uint8Array[], tensors: Uint8Array[]) =>
  message((writer) => {
    const graph = message((inner) => {
      for (const one of nodes) block(inner, 1, one);
      for (const one of tensors) block(inner, 5, one);
    });
    block(writer.tag(1, WireType.Varint).int64(8), 7, graph);
  });

it('finds layers by the path of their node, and how their weight lies', () => {
  const { layers } = readOnnxWeights(
    model(
      [
        node('MatMul', '/down.0/to_q/MatMul', ['x', 'onnx::MatMul_1']),
        node('Gemm', '/mid/linear/Gemm', ['x', 'mid.linear.weight'], '', true),
        node('Gemm', '/mid/turned/Gemm', ['x', 'turned']),
        node('Transpose', '/up/to_k/Transpose', ['onnx::k'], 'k'),
        node('MatMul', '/up/to_k/MatMul', ['x', 'k']),
        node('Conv', '/up/conv/Conv', ['x', 'up.conv.weight']),
      ],
      ['onnx::MatMul_1', 'mid.linear.weight', 'turned', 'onnx::k', 'up.conv.weight'].map((name) => tensor(name)),
    ),
  );
  const transposed = [...layers].map(([layer, weight]) => [layer, weight?.isTransposed]);
  expect(transposed).toEqual([
    ['down_0_to_q', true],
    ['mid_linear', false],
    ['mid_turned', true],
    ['up_to_k', false],
    ['up_conv', false],
  ]);
  expect(layers.get('up_conv')).toMatchObject({ dims: [2, 3], dataType: 1, uses: 1, place: { length: 24 } });
});

it('tells weights that are quantised, computed or shared', () => {
  const { layers } = readOnnxWeights(
    model(
      [
        node('DequantizeLinear', '/a/Dequantize', ['q'], 'w'),
        node('MatMul', '/a/to_q/MatMul', ['x', 'w']),
        node('MatMulInteger', '/b/to_q/MatMulInteger', ['x', 'q']),
        node('MatMul', '/c/to_q/MatMul', ['x', 'same']),
        node('MatMul', '/d/to_q/MatMul', ['x', 'same']),
      ],
      [tensor('q', 3), tensor('same')],
    ),
  );
  expect(layers.has('a_to_q') && layers.get('a_to_q')).toBeUndefined();
  expect(layers.get('b_to_q')?.dataType).toBe(3);
  expect(layers.get('c_to_q')?.uses).toBe(2);
});
