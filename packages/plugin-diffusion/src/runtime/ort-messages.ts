import type { NetworkBytes } from './onnx-runtime.ts';
import type { Tensor, TensorInfo } from './tensor.ts';

/** What the thread is asked. */
export type OrtRequest =
  | { readonly type: 'test'; readonly provider: string }
  | {
      readonly type: 'open';
      readonly path: string;
      readonly provider: string;
      readonly threads: number;
      /** In the place of the file. */
      readonly bytes: NetworkBytes | undefined;
    }
  | {
      readonly type: 'run';
      readonly session: number;
      readonly feeds: Readonly<Record<string, Tensor>>;
      readonly wanted: readonly string[] | undefined;
    }
  | { readonly type: 'close'; readonly session: number };

/** What it answers. */
export type OrtAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'tested'; readonly version: string }
  | {
      readonly type: 'opened';
      readonly session: number;
      readonly inputs: readonly TensorInfo[];
      readonly outputs: readonly TensorInfo[];
    }
  | { readonly type: 'ran'; readonly outputs: Readonly<Record<string, Tensor>> }
  | { readonly type: 'failed'; readonly message: string };

/** A request with its number; the answer has the same one. */
export interface Numbered<T> {
  readonly id: number;
  readonly message: T;
}
