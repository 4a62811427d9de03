import { serveWorker } from '@byoc/core/worker';
import { createBenchPlugin } from './plugin.ts';

await serveWorker(createBenchPlugin());
