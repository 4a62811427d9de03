import { serveWorker } from '@byoc/core/worker';
import { plugin } from './plugin.ts';

await serveWorker(plugin);
