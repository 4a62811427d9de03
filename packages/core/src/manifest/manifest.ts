import { z } from 'zod';
import type { CapabilityContract } from '../capability/capability.ts';
import { manifestModelSchema } from './model-spec.ts';

const jsonObject = z.record(z.string(), z.any());
const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)?$/,
    'must be lower-case letters, digits and `-`, with at most one `/`',
  );
const semver = z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'must be a semantic version');

/** A capability in a manifest: its contract and the contract's digest. */
const manifestCapability = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  contract: z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/),
    version: semver,
    description: z.string().max(500).optional(),
    input: jsonObject,
    output: jsonObject,
    event: jsonObject.optional(),
    update: jsonObject.optional(),
    meters: z.record(
      z.string().regex(/^[a-z][a-z0-9_]*$/),
      z.strictObject({
        unit: z.string().min(1),
        description: z.string().optional(),
        estimate: z.string().max(2000).optional(),
        policy: z.enum(['reject', 'floor', 'estimate']).optional(),
      }),
    ),
  }) as unknown as z.ZodType<CapabilityContract>,
});

const resources = z.strictObject({
  /** Cores, may be a fraction. @default 1 */
  cpu: z.number().positive().max(1024).default(1),
  /** Bytes of memory. @default 1 GiB */
  memoryBytes: z
    .number()
    .int()
    .positive()
    .default(1024 ** 3),
  /** Processes and threads. @default 256 */
  pids: z.number().int().positive().default(256),
  /** Bytes of scratch space at /tmp. @default 256 MiB */
  scratchBytes: z
    .number()
    .int()
    .positive()
    .default(256 * 1024 ** 2),
  /** Accelerators; none by default. */
  gpu: z
    .strictObject({ count: z.number().int().positive().default(1), vramBytes: z.number().int().positive().optional() })
    .optional(),
});

const grants = z.strictObject({
  /** Hosts the worker may reach, `host` or `host:port`. @default none */
  egress: z.array(z.string()).default([]),
  /** Device files, for example /dev/dri/renderD128. @default none */
  devices: z.array(z.string()).default([]),
});

/** plugin.json: what a plugin is, readable without running it. docs/spec/manifest.md describes each field. */
export const manifestSchema = z.strictObject({
  manifest: z.literal(1),
  name,
  version: semver,
  description: z.string().max(500).optional(),
  license: z.string().optional(),
  /** The worker protocol it speaks. */
  protocol: z.string().regex(/^byoc\.worker\.v\d+$/),
  capabilities: z.array(manifestCapability).min(1).max(64),
  /** Jobs at once. @default 1 */
  concurrency: z.number().int().positive().max(4096).default(1),
  /** Where an image of it can be pulled; a digest pins it. */
  image: z.string().optional(),
  /** The Dockerfile, relative to the plugin folder. @default "Dockerfile" */
  dockerfile: z.string().optional(),
  /** How the worker starts without a container: an argument vector, relative to the plugin folder. */
  command: z.array(z.string().min(1)).min(1).optional(),
  resources: resources.prefault({}),
  grants: grants.prefault({}),
  /** Models that its workers need, fetched by their host; none by default. */
  models: z
    .array(manifestModelSchema)
    .max(64)
    .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, 'must not name a model twice')
    .optional(),
  /** Labels shown in offers. */
  labels: z.record(z.string(), z.string()).default({}),
});

/** A parsed manifest: every default filled in. */
export type Manifest = z.output<typeof manifestSchema>;
/** A manifest as written. */
export type ManifestInput = z.input<typeof manifestSchema>;
