import type { Tensor, TensorInfo } from './tensor.ts';

/** A loaded network. */
export interface OnnxSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs it once. The buffers of `feeds` belong to the runtime from then on. @throws OnnxFailure */
  run(feeds: Readonly<Record<string, Tensor>>, wanted?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/** Where a network is run. */
export interface OnnxRuntime {
  readonly version: string;
  /** What runs it: `cuda`, `tensorrt`, `dml`, `coreml` or `cpu`. */
  readonly provider: string;
  /** Why the providers before it were not taken. */
  readonly passedOver: readonly { readonly provider: string; readonly reason: string }[];
  /** Loads a network from its file; external data is found beside it. `threads`: 0 is one for each core. @throws OnnxFailure */
  open(path: string, options?: { readonly threads?: number }): Promise<OnnxSession>;
  close(): Promise<void>;
}

/** What the runtime says when it can't load or run a network. */
export class OnnxFailure extends Error {
  override readonly name = 'OnnxFailure';
}
