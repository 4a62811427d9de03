import { serveWorker } from '@byoc/core/worker';
import { parseDiffusionSettings } from './plugin/parse-diffusion-settings.ts';
import { startEngine } from './plugin/start-engine.ts';
import { createDiffusionPlugin } from './plugin.ts';

const settings = parseDiffusionSettings(process.env);
const plugin = createDiffusionPlugin({ engine: () => startEngine(settings), limits: settings.limits });

// A step of a large model on a CPU takes long, and only between steps does a job stop.
await serveWorker(plugin, { forceGraceMs: 60_000 });
