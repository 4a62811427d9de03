import { serveWorker } from '@byoc/core/worker';
import { createDiffusionPlugin } from './plugin.ts';

// A step of a large model on a CPU takes long, and only between steps does a job stop.
await serveWorker(createDiffusionPlugin({ environment: process.env }), { forceGraceMs: 60_000 });
