import type { Logger } from '@byoc/core';
import type { UpstreamClient } from '@byoc/core/upstream';
import { ImageFailure } from '../model/image-failure.ts';
import { createA1111Dialect } from './a1111/a1111-dialect.ts';
import { createComfyDialect } from './comfyui/comfy-dialect.ts';
import type { ComfyWorkflow } from './comfyui/comfy-workflow.ts';
import { imageServerFailures } from './image-server-failures.ts';
import { createOpenaiDialect } from './openai-dialect.ts';
import { createSdServerDialect } from './sd-server-dialect.ts';
import type { ServerDialect, ServerFacts } from './server-dialect.ts';
import type { ResolvedServerOptions, ServerKind } from './server-options.ts';

/** A server, and how it is asked. */
export interface ProbedServer {
  readonly dialect: ServerDialect;
  readonly facts: ServerFacts;
}

/** The one whose API says most goes first: sd-server has three of them. */
const KINDS: readonly ServerKind[] = ['sd-server', 'comfyui', 'a1111', 'openai'];

/** Finds out what kind of server answers, and what it has. @throws ImageFailure server-* */
export async function probeServer(
  client: UpstreamClient,
  options: ResolvedServerOptions,
  { workflow, log, signal }: { workflow: ComfyWorkflow; log: Logger; signal: AbortSignal },
): Promise<ProbedServer> {
  const create: Readonly<Record<ServerKind, () => ServerDialect>> = {
    'sd-server': () => createSdServerDialect(client, options),
    comfyui: () => createComfyDialect(client, { ...options, workflow, log }),
    a1111: () => createA1111Dialect(client, options),
    openai: () => createOpenaiDialect(client, options),
  };
  const reasons: string[] = [];
  for (const kind of options.kind === undefined ? KINDS : [options.kind]) {
    const dialect = create[kind]();
    try {
      const facts = await dialect.describe(signal);
      if (facts.models.length === 0) throw imageServerFailures.noModels(client.baseUrl);
      return { dialect, facts };
    } catch (error) {
      signal.throwIfAborted();
      // It has not said what it is, or has said it: another kind would say the same.
      const isOfKind =
        error instanceof ImageFailure && ['server-failed', 'server-garbled', 'server-refused'].includes(error.reason);
      if (options.kind !== undefined || !isOfKind) throw error;
      reasons.push(`${kind}: ${error.message}`);
    }
  }
  throw imageServerFailures.kindUnknown(client.baseUrl, reasons);
}
