import { z } from 'zod';
import type { ServerEngineOptions } from '../server/server-options.ts';

const json = <T extends z.ZodType>(schema: T, example: string) =>
  z.string().transform((text, context): z.output<T> => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: `must be ${example}` });
      return z.NEVER;
    }
  });

const side = z.int().min(64).max(1024).multipleOf(8);
const defaultsSchema = z.strictObject({
  width: side.optional(),
  height: side.optional(),
  steps: z.int().min(1).max(50).optional(),
  guidance: z.number().min(0).max(50).optional(),
});

const schema = z.object({
  BYOC_DIFFUSION_SERVER_URL: z.url({ protocol: /^https?$/ }).optional(),
  BYOC_DIFFUSION_SERVER_COMMAND: json(z.array(z.string().min(1)).min(1), 'a JSON array of texts').optional(),
  BYOC_DIFFUSION_SERVER_KIND: z.enum(['a1111', 'comfyui', 'sd-server', 'openai']).optional(),
  BYOC_DIFFUSION_SERVER_KEY: z.string().optional(),
  BYOC_DIFFUSION_SERVER_WORKFLOW: z.string().optional(),
  BYOC_DIFFUSION_SERVER_DEFAULTS: json(
    defaultsSchema,
    'JSON such as {"width":1024,"height":1024,"steps":4}',
  ).optional(),
  BYOC_DIFFUSION_SERVER_SLOTS: z.coerce.number().int().positive().optional(),
  BYOC_DIFFUSION_MODEL: z.string().optional(),
  BYOC_DIFFUSION_UPSCALER: z.string().optional(),
});

/** Reads the settings of the `server` engine; undefined where no server is named. @throws ZodError that names the variable */
export function parseServerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ServerEngineOptions | undefined {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.parse(set);
  const { BYOC_DIFFUSION_SERVER_URL: baseUrl, BYOC_DIFFUSION_SERVER_COMMAND: command } = parsed;
  if (baseUrl === undefined && command === undefined) return undefined;
  return {
    ...{ baseUrl, command },
    kind: parsed.BYOC_DIFFUSION_SERVER_KIND,
    apiKey: parsed.BYOC_DIFFUSION_SERVER_KEY,
    workflowPath: parsed.BYOC_DIFFUSION_SERVER_WORKFLOW,
    defaults: parsed.BYOC_DIFFUSION_SERVER_DEFAULTS,
    slots: parsed.BYOC_DIFFUSION_SERVER_SLOTS,
    defaultModel: parsed.BYOC_DIFFUSION_MODEL,
    defaultUpscaler: parsed.BYOC_DIFFUSION_UPSCALER,
  };
}
