import type { Codec } from '../codec/codec.ts';

/** One method of a service, as both sides know it. */
export interface Method<Req, Res> {
  /** For example `/byoc.worker.v1.WorkerService/GetInfo`. */
  readonly path: string;
  readonly request: Codec<Req>;
  readonly response: Codec<Res>;
  /** Of a stream: nothing follows this answer but the end of the call. */
  readonly isLast?: ((answer: Res) => boolean) | undefined;
}
