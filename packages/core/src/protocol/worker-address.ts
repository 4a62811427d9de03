/**
 * Where a worker listens.
 * `unix`: a socket file. `tcp`: a port on loopback; every call carries the secret as metadata `byoc-worker-secret`.
 */
export type WorkerAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number; readonly secret: string };
