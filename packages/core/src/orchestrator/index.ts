export type { AdminStatus, JobView, PaymentView, PluginView } from './admin/admin-views.ts';
export { type AdminClient, createAdminClient } from './admin/create-admin-client.ts';
export type { Books, GivenReceipt } from './books/create-books.ts';
export type { Earnings, EarningsPeriod, EarningsQuery, EarningsRow, WinnerSum } from './books/earnings.ts';
export { type OpenBooks, openBooks } from './books/open-books.ts';
export { createOrchestrator, type Orchestrator, type OrchestratorOptions } from './create-orchestrator.ts';
export { readOrchestratorKey } from './data-directory/read-orchestrator-key.ts';
export { defaultWorkerWaits, type WorkerWaits } from './host/worker-waits.ts';
export { defaultJobLimits, type JobLimits } from './jobs/job-limits.ts';
export { createModelStore, type ModelStoreOptions } from './models/create-model-store.ts';
export { type HubSettings, readHubSettings } from './models/hub-settings.ts';
export type { ModelStore, StoredModel } from './models/model-store.ts';
export type { CreditChange, CreditView } from './payment/credit-book.ts';
export type {
  HostedPlugin,
  HostedWorker,
  PluginHost,
  PluginHostEvents,
  PluginPhase,
  PluginPrice,
  PluginPrices,
} from './plugin-host.ts';
