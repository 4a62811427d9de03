import {
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ByocError } from '../../errors/byoc-error.ts';
import { commonOptions } from './channel-options.ts';
import type { ServedMethod } from './serve-methods.ts';

/** A server that listens. */
export interface StartedServer {
  /** 0 for a unix socket. */
  readonly port: number;
  /** Lets running calls end for `graceMs`, then breaks them. Idempotent. */
  close(options?: { graceMs?: number | undefined }): Promise<void>;
}

/** Binds a gRPC server with the given methods. Throws LISTEN_FAILED. */
export async function startServer(
  methods: readonly ServedMethod[],
  options: { target: string; credentials: ServerCredentials; beforeClose: () => void },
): Promise<StartedServer> {
  const server = new Server({
    ...commonOptions,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  server.addService(
    Object.fromEntries(methods.map(({ definition }) => [definition.path, definition])) as ServiceDefinition,
    Object.fromEntries(
      methods.map(({ definition, handler }) => [definition.path, handler]),
    ) as UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.target, options.credentials, (error, bound) => {
      if (error === null) return resolve(bound);
      server.forceShutdown();
      reject(new ByocError('LISTEN_FAILED', { address: options.target, reason: error.message }, { cause: error }));
    });
  });
  let closing: Promise<void> | undefined;
  return {
    port,
    close({ graceMs = 0 } = {}) {
      closing ??= new Promise((resolve) => {
        options.beforeClose();
        const timer = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(timer);
          server.forceShutdown();
          resolve();
        });
      });
      return closing;
    },
  };
}
