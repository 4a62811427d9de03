import { fromFloat16, toFloat16 } from './float16.ts';
import { OnnxFailure } from './onnx-runtime.ts';
import type { Tensor, TensorInfo } from './tensor.ts';

/** Packs numbers as a network's input wants them. Whole numbers are needed for whole types. @throws OnnxFailure for a type that is none of these */
export function toTensor(info: TensorInfo, dims: readonly number[], values: Float32Array | readonly number[]): Tensor {
  switch (info.type) {
    case 'float32':
      return { type: 'float32', dims, data: new Float32Array(values) };
    case 'float64':
      return { type: 'float64', dims, data: new Float64Array(values) };
    case 'float16':
      return { type: 'float16', dims, data: toFloat16(values) };
    case 'int32':
      return { type: 'int32', dims, data: Int32Array.from(values, Math.round) };
    case 'int64':
      return {
        type: 'int64',
        dims,
        data: BigInt64Array.from(Array.from(values, (value) => BigInt(Math.round(value)))),
      };
    case 'bool':
    case 'uint8':
      return { type: info.type, dims, data: Uint8Array.from(values) };
    default:
      throw new OnnxFailure(`its input \`${info.name}\` takes \`${info.type}\``);
  }
}

/** Reads a network's output as floats. */
export function toFloats({ type, data }: Tensor): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (type === 'float16') return fromFloat16(data as Uint16Array);
  return Float32Array.from(data as ArrayLike<number>, Number);
}
