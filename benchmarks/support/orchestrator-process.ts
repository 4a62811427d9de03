import { createOrchestrator } from '@byoc/core/orchestrator';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { pino } from 'pino';

/** An orchestrator with plugins, until SIGTERM. Arguments: data directory, plugin folders. */
const [dataDirectory = '', ...folders] = process.argv.slice(2);
const logger = pino({ level: 'warn' });
const runtime = createProcessRuntime({ logger, stateDirectory: `${dataDirectory}-runtime` });
const orchestrator = await createOrchestrator({ dataDirectory, runtime, logger, port: 0, httpPort: 0 });
process.once('SIGTERM', async () => {
  await orchestrator.close({ mode: 'drain', graceMs: 1000 });
  await runtime.close();
  process.exit(0);
});
for (const path of folders) await orchestrator.plugins.install({ type: 'folder', path });
process.send?.({ url: orchestrator.url });
