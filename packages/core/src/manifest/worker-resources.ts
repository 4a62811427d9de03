import { z } from 'zod';
import type { Manifest } from './manifest.ts';

/** What an operator gives the workers of a plugin, each in the place of what the manifest asks for. */
export const workerResourcesSchema = z.strictObject({
  /** Cores, may be a fraction. */
  cpu: z.number().positive().max(1024).optional(),
  /** Bytes of memory. */
  memoryBytes: z
    .int()
    .min(6 * 1024 ** 2)
    .optional(),
  /** Graphics cards: so many, all of them, or those with these UUIDs or numbers. */
  gpus: z
    .union([
      z.int().min(0).max(64),
      z.literal('all'),
      z
        .array(z.string().regex(/^[\w-]{1,100}$/))
        .min(1)
        .max(64),
    ])
    .optional(),
});

/** What an operator gives the workers of a plugin, each in the place of what the manifest asks for. */
export type WorkerResources = z.output<typeof workerResourcesSchema>;

/** What a worker gets in the end. */
export function settleResources(
  { resources: { gpu, ...asked } }: Manifest,
  given: WorkerResources = {},
): Omit<Manifest['resources'], 'gpu'> & { readonly gpus: NonNullable<WorkerResources['gpus']> } {
  const { cpu = asked.cpu, memoryBytes = asked.memoryBytes, gpus = gpu?.count ?? 0 } = given;
  return { ...asked, cpu, memoryBytes, gpus };
}
