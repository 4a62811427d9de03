/** The element types that networks of this kind take and give. */
export type TensorType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'bool' | 'float64';

/** Numbers in rows and columns, as they cross to the runtime's thread. float16 is raw bits. */
export interface Tensor {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;
}

/** What a network says about an input or an output. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  /** A number, or the name of a size that varies. */
  readonly shape: readonly (number | string)[];
}
