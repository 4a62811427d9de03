import { serveWorker } from '@byoc/core/worker';
import { createTranscodePlugin } from './plugin.ts';

await serveWorker(createTranscodePlugin({ environment: process.env }));
