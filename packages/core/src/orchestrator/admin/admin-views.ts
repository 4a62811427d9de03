import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
import { type ModelSpec, modelSchema } from '../../manifest/model-spec.ts';
import { type WorkerResources, workerResourcesSchema } from '../../manifest/worker-resources.ts';
import { priceSheetSchema } from '../../price/price-sheet.ts';
import type { WorkerState } from '../../protocol/worker-service.ts';
import type { PluginSource, RuntimeInfo } from '../../runtime/container-runtime.ts';
import type { HostedPlugin, PluginPhase, PluginPrices } from '../plugin-host.ts';

/** A plugin as the admin API shows it: plain JSON. */
export interface PluginView {
  readonly pluginId: string;
  readonly version: string;
  readonly phase: PluginPhase;
  /** Why, when failed or quarantined. */
  readonly reason: string;
  readonly digest: string;
  readonly source: PluginSource;
  readonly prices: PluginPrices;
  readonly environment: Readonly<Record<string, string>>;
  /** What the operator has named, besides the manifest's. */
  readonly models: readonly ModelSpec[];
  /** What the operator gives in the place of what the manifest asks for. */
  readonly resources: WorkerResources;
  readonly restarts: number;
  readonly timeToWarmMs: number | undefined;
  readonly workerId: string | undefined;
  readonly workerState: WorkerState | undefined;
  readonly manifest: Manifest;
}

/** A job that has not ended, as the admin API shows it. */
export interface JobView {
  readonly jobId: string;
  readonly capability: string;
  readonly plugin: string;
  readonly state: string;
}

/** An orchestrator as the admin API shows it. */
export interface AdminStatus {
  /** ETH address. */
  readonly address: string;
  readonly url: string;
  readonly httpUrl: string;
  readonly pid: number;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly runtime: RuntimeInfo;
  readonly plugins: readonly Pick<PluginView, 'pluginId' | 'version' | 'phase' | 'reason'>[];
  readonly jobs: { readonly running: number; readonly queued: number };
  /** Ways to be paid, and what is wrong with one. */
  readonly payment: readonly PaymentView[];
}

/** A way to be paid. */
export interface PaymentView {
  readonly provider: string;
  /** Why nobody new can pay this way at the moment. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** Shows a hosted plugin. */
export function viewPlugin(plugin: HostedPlugin): PluginView {
  const { pluginId, manifest, phase, reason, digest, source, prices, environment, models, resources } = plugin;
  const { restarts, timeToWarmMs, workerState, worker } = plugin;
  const version = manifest.version;
  return {
    pluginId,
    version,
    phase,
    reason,
    digest,
    source,
    prices,
    environment,
    models,
    resources,
    restarts,
    timeToWarmMs,
    workerId: worker?.workerId,
    workerState,
    manifest,
  };
}

const priceSchema = z.union([z.strictObject({ list: z.string().min(1).max(2000) }), priceSheetSchema]);

/** The body of a new price: for one capability, or for all that have none of their own. `null`: the capability costs what they do. */
export const priceRequestSchema = z.union([
  z.strictObject({ price: priceSchema, capability: z.string().min(1).max(200).optional() }),
  z.strictObject({ price: z.null().transform(() => undefined), capability: z.string().min(1).max(200) }),
]);

/** What an operator may set for workers: anything that a program can be given and that their host does not set itself. */
const environmentSchema = z.record(z.string(), z.string().max(32_768)).superRefine((environment, { addIssue }) => {
  for (const [name, value] of Object.entries(environment)) {
    const refuse = (message: string) => addIssue({ code: 'custom', path: [name], message });
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) refuse('a variable has a name of letters, digits and _');
    if (/^BYOC_(WORKER_.*|JOBS_PATH|MODELS_PATH|HOST_GRACE_MS)$/.test(name)) refuse('the host sets this one itself');
    if (value.includes('\0')) refuse('a value has no zero byte');
  }
});

/** The body of an install. */
export const installRequestSchema = z.strictObject({
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('folder'),
      path: z.string().min(1),
      dockerfile: z.string().min(1).max(300).optional(),
    }),
    z.strictObject({ type: z.literal('image'), reference: z.string().min(1).max(500) }),
  ]),
  price: priceSchema.optional(),
  environment: environmentSchema.optional(),
  models: z.array(modelSchema).max(64).optional(),
  resources: workerResourcesSchema.optional(),
});

/** The body of a change of credit. */
export const creditRequestSchema = z.strictObject({
  action: z.enum(['grant', 'revoke']),
  payer: z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an ETH address'),
  amountWei: z.string().regex(/^[1-9]\d{0,77}$/, 'must be wei above 0, decimal'),
  id: z.string().min(1).max(200),
});

/** The body of a remove or a stop. */
export const graceRequestSchema = z.strictObject({ graceMs: z.number().int().min(0).max(86_400_000) });

/** The query of earnings. */
export const earningsQuerySchema = z.object({
  sinceMs: z.coerce.number().int().min(0).default(0),
  period: z.enum(['day', 'month', 'all']).default('all'),
});

/** The query of a log. */
export const logsQuerySchema = z.object({
  tail: z.coerce.number().int().min(0).max(100_000).default(100),
  follow: z.stringbool().default(false),
});
