import { join } from 'node:path';
import { serveWorker } from '@byoc/core/worker';
import { parseLlmSettings } from './plugin/parse-llm-settings.ts';
import { startLlama } from './plugin/start-llama.ts';
import { createLlmPlugin } from './plugin.ts';

const home = join(import.meta.dirname, '..');
const settings = parseLlmSettings(process.env);

await serveWorker(createLlmPlugin({ engine: () => startLlama(settings, home), proof: settings.proof }));
