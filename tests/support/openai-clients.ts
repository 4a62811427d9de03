import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Development tools in tools/, so that they need not be there for the types to be checked. */
const require = createRequire(join(import.meta.dirname, '../../tools/package.json'));

/** The `openai` npm client, as it is, for a server at `baseURL`. */
export function createOpenaiClient(baseURL: string) {
  const { OpenAI } = require('openai');
  return new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
}

/** The helper of the `openai` client that makes a response format of a zod schema. */
export function zodResponseFormat(schema: unknown, name: string) {
  return require('openai/helpers/zod').zodResponseFormat(schema, name);
}

/** The Vercel AI SDK and its provider for OpenAI-compatible servers. */
export async function importAiSdk() {
  const [sdk, provider] = await Promise.all([
    import(require.resolve('ai')),
    import(require.resolve('@ai-sdk/openai-compatible')),
  ]);
  return { ...sdk, ...provider };
}
