import type { Client } from '@grpc/grpc-js';
import { ByocError } from '../../errors/byoc-error.ts';

/** A grpc-js client with what every call over it needs. */
export interface Connection {
  readonly client: Client;
  /** For error texts. */
  readonly address: string;
  /** Sent with every call. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How to fail each call that runs. */
  readonly running: Set<(error: ByocError) => void>;
  /** Fails the calls that run, then closes. Idempotent. */
  close(): void;
}

/** Wraps a grpc-js client, whose own `close` would let running calls go on. */
export function createConnection(
  client: Client,
  options: { address: string; metadata?: Readonly<Record<string, string>> },
): Connection {
  const running = new Set<(error: ByocError) => void>();
  return {
    client,
    address: options.address,
    metadata: options.metadata ?? {},
    running,
    close() {
      const error = new ByocError('CONNECTION_LOST', {
        address: options.address,
        reason: 'it was closed on this side',
      });
      for (const fail of [...running]) fail(error);
      client.close();
    },
  };
}
