import { createOrchestrator } from '@byoc/core/orchestrator';
import { createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { loadCryptoEngine } from '@byoc/core/payment/livepeer';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { pino } from 'pino';

/** An orchestrator with plugins, until SIGTERM. Arguments: data directory, plugin folders. With BYOC_BENCH_PRICE it sells for credit. */
const [dataDirectory = '', ...folders] = process.argv.slice(2);
const logger = pino({ level: 'warn' });
const runtime = createProcessRuntime({ logger, stateDirectory: `${dataDirectory}-runtime` });
const list = process.env['BYOC_BENCH_PRICE'];
const engine = list === undefined ? undefined : await loadCryptoEngine();
const payment = engine && [createCreditOrchestratorProvider({ engine })];
const orchestrator = await createOrchestrator({
  dataDirectory,
  runtime,
  logger,
  port: 0,
  httpPort: 0,
  payment,
  engine,
});
process.once('SIGTERM', async () => {
  await orchestrator.close({ mode: 'drain', graceMs: 1000 });
  await runtime.close();
  process.exit(0);
});
const environment = JSON.parse(process.env['BYOC_BENCH_ENVIRONMENT'] ?? '{}') as Record<string, string>;
for (const path of folders)
  await orchestrator.plugins.install(
    { type: 'folder', path },
    { environment, ...(list === undefined ? {} : { price: { list } }) },
  );
process.send?.({ url: orchestrator.url });
