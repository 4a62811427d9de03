import { z } from 'zod';
import { ByocError } from '../errors/byoc-error.ts';
import type { WorkerAddress } from '../protocol/worker-address.ts';

const schema = z.object({
  BYOC_WORKER_ADDRESS: z.string().optional(),
  BYOC_WORKER_SECRET: z.string().default(''),
  BYOC_JOBS_PATH: z.string().default('/byoc/jobs'),
  BYOC_MODELS_PATH: z.string().optional(),
  BYOC_HOST_GRACE_MS: z.coerce.number().int().min(1000).default(60_000),
  TMPDIR: z.string().default('/tmp'),
});

/** What a host tells a worker. */
export interface WorkerEnvironment {
  readonly address: WorkerAddress;
  readonly jobsPath: string;
  readonly tmpPath: string;
  /** Holds a folder for each model; undefined when there are none. */
  readonly modelsPath: string | undefined;
  /** Without a host for so long, the worker ends itself. */
  readonly hostGraceMs: number;
}

/** Reads the host's words. @throws ByocError WORKER_ADDRESS_MISSING when there is no host */
export function parseWorkerEnvironment(environment: Readonly<Record<string, string | undefined>>): WorkerEnvironment {
  const parsed = schema.parse(environment);
  const address = parseAddress(parsed.BYOC_WORKER_ADDRESS ?? '', parsed.BYOC_WORKER_SECRET);
  if (address === undefined) throw new ByocError('WORKER_ADDRESS_MISSING', { variable: 'BYOC_WORKER_ADDRESS' });
  return {
    address,
    jobsPath: parsed.BYOC_JOBS_PATH,
    tmpPath: parsed.TMPDIR,
    modelsPath: parsed.BYOC_MODELS_PATH,
    hostGraceMs: parsed.BYOC_HOST_GRACE_MS,
  };
}

function parseAddress(text: string, secret: string): WorkerAddress | undefined {
  if (text.startsWith('unix://')) return { type: 'unix', path: text.slice('unix://'.length) };
  const tcp = /^tcp:\/\/(.+):(\d+)$/.exec(text);
  return tcp === null || secret === ''
    ? undefined
    : { type: 'tcp', host: tcp[1] as string, port: Number(tcp[2]), secret };
}
