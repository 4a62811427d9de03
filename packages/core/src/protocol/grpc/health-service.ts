import { ByocError } from '../../errors/byoc-error.ts';
import { AsyncQueue } from '../../primitives/async-queue.ts';
import { createCodec } from '../codec/codec.ts';
import {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthListRequest,
  HealthListResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../gen/grpc/health/v1/health.ts';
import type { Method } from './method.ts';
import { type CallInfo, type ServeContext, type ServedMethod, serveServerStream, serveUnary } from './serve-methods.ts';

const checkCodec = createCodec(
  HealthCheckRequest,
  (service: string) => ({ service }),
  (message) => message.service,
);
const statusCodec = createCodec(
  HealthCheckResponse,
  (status: ServingStatus) => ({ status }),
  (message) => message.status,
);

/** `grpc.health.v1.Health/Check`. */
export const healthCheck: Method<string, ServingStatus> = {
  path: '/grpc.health.v1.Health/Check',
  request: checkCodec,
  response: statusCodec,
};
const healthWatch: Method<string, ServingStatus> = { ...healthCheck, path: '/grpc.health.v1.Health/Watch' };
const healthList: Method<undefined, HealthListResponse> = {
  path: '/grpc.health.v1.Health/List',
  request: createCodec(
    HealthListRequest,
    () => ({}),
    () => undefined,
  ),
  response: createCodec(
    HealthListResponse,
    (message: HealthListResponse) => message,
    (message) => message,
  ),
};

/** Standard health of one service and of the whole server. */
export interface HealthService {
  readonly methods: readonly ServedMethod[];
  setServing(serving: boolean): void;
  /** Ends every watch. */
  close(): void;
}

/** Makes `grpc.health.v1.Health` for one service: it and the empty name share one status. */
export function createHealthService(service: string, serving: boolean, context: ServeContext): HealthService {
  let status: ServingStatus = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const watchers = new Set<AsyncQueue<ServingStatus>>();
  const statusOf = (name: string): ServingStatus =>
    name === '' || name === service ? status : ServingStatus.SERVICE_UNKNOWN;

  async function check(name: string): Promise<ServingStatus> {
    const found = statusOf(name);
    if (found === ServingStatus.SERVICE_UNKNOWN) throw new ByocError('SERVICE_UNKNOWN', { service: name });
    return found;
  }
  async function* watch(name: string, { signal }: CallInfo): AsyncGenerator<ServingStatus> {
    yield statusOf(name);
    if (name !== '' && name !== service) {
      // The protocol says that a watch of an unknown service stays open.
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return;
    }
    const queue = new AsyncQueue<ServingStatus>();
    watchers.add(queue);
    signal.addEventListener('abort', () => queue.end(), { once: true });
    try {
      yield* queue;
    } finally {
      watchers.delete(queue);
    }
  }
  return {
    methods: [
      serveUnary(healthCheck, check, context),
      serveServerStream(healthWatch, watch, context),
      serveUnary(healthList, async () => ({ statuses: { '': { status }, [service]: { status } } }), context),
    ],
    setServing(next) {
      const before = status;
      status = next ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
      if (status !== before) for (const queue of watchers) void queue.push(status);
    },
    close() {
      for (const queue of watchers) queue.end();
    },
  };
}
