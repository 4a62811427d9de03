import type { UpstreamClient } from '@byoc/core/upstream';
import { z } from 'zod';
import type { EngineModel } from '../engine/llm-engine.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { serverFailures } from './server-failures.ts';

const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1).max(200),
      owned_by: z.string().nullish(),
      /** vLLM and SGLang. */
      max_model_len: z.number().int().positive().nullish(),
      /** llama-server. */
      meta: z.object({ n_ctx: z.number().int().positive().nullish() }).nullish(),
      /** A gateway of BYOC. */
      byoc: z.object({ capabilities: z.array(z.string()) }).nullish(),
    }),
  ),
});

/** What a server says of itself. */
export interface ServerModels {
  readonly models: readonly EngineModel[];
  readonly dialect: Dialect;
}

/** Asks a server for its models. Whether one chats, embeds or sees is known only of a gateway: else the server is asked, and refuses. */
export async function listServerModels(client: UpstreamClient, signal: AbortSignal): Promise<ServerModels> {
  const parsed = listSchema.safeParse(await client.json('GET', '/models', undefined, { signal }));
  if (!parsed.success) throw serverFailures.garbled('a list of models that is none');
  const { data } = parsed.data;
  if (data.length === 0) throw serverFailures.noModels(client.baseUrl);
  const can = (offered: readonly string[] | undefined, name: string) =>
    offered?.some((capability) => capability.startsWith(`${name}@`)) ?? true;
  return {
    dialect: dialectOf(data[0]?.owned_by ?? ''),
    models: data.map(({ id, max_model_len, meta, byoc }) => ({
      name: id,
      loaded: true,
      chats: can(byoc?.capabilities, 'text/chat'),
      embeds: can(byoc?.capabilities, 'text/embed'),
      sees: true,
      contextTokens: max_model_len ?? meta?.n_ctx ?? undefined,
    })),
  };
}
