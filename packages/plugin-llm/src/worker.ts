import { join } from 'node:path';
import { serveWorker } from '@byoc/core/worker';
import { parseLlmSettings } from './plugin/parse-llm-settings.ts';
import { startEngine } from './plugin/start-engine.ts';
import { createLlmPlugin } from './plugin.ts';

const home = join(import.meta.dirname, '..');
const settings = parseLlmSettings(process.env);

const { proof, silenceMs } = settings;
await serveWorker(createLlmPlugin({ engine: () => startEngine(settings, home), proof, silenceMs }));
