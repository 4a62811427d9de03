import type { Tensor, TensorInfo } from './tensor.ts';

/** A loaded network. */
export interface OnnxSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs it once. The buffers of `feeds` belong to the runtime from then on. @throws OnnxFailure */
  run(feeds: Readonly<Record<string, Tensor>>, wanted?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/** A network that was read and changed, in the place of its files. */
export interface NetworkBytes {
  readonly model: Uint8Array;
  /** What lies in files beside it, by their names in the model. */
  readonly files: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** How a network is loaded. */
export interface OpenNetworkOptions {
  /** 0 is one for each core. @default 0 */
  readonly threads?: number;
  /** Taken in the place of the file. The runtime owns the buffers from then on. @default none */
  readonly bytes?: NetworkBytes | undefined;
}

/** Where a network is run. */
export interface OnnxRuntime {
  readonly version: string;
  /** What runs it: `cuda`, `tensorrt`, `dml`, `coreml` or `cpu`. */
  readonly provider: string;
  /** Why the providers before it were not taken. */
  readonly passedOver: readonly { readonly provider: string; readonly reason: string }[];
  /** Loads a network from its file; external data is found beside it. @throws OnnxFailure */
  open(path: string, options?: OpenNetworkOptions): Promise<OnnxSession>;
  close(): Promise<void>;
}

/** What the runtime says when it can't load or run a network. */
export class OnnxFailure extends Error {
  override readonly name = 'OnnxFailure';
}
