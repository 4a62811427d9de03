export { fromStatus } from './errors/from-status.ts';
export { toByocError } from './errors/to-byoc-error.ts';
export { toStatus } from './errors/to-status.ts';
export {
  type CallerFrame,
  CHUNK_BYTES_MAX,
  type ChunkFrame,
  type GatewayFrame,
  type JobFrame,
  type JobFrameBody,
  JSON_BYTES_MAX,
  MESSAGE_BYTES_MAX,
  type OnDisconnect,
  type OpenFrame,
  type OpenJobFrame,
  type OrchestratorFrame,
  type OutputPart,
  type PartUpload,
  type StagedPart,
} from './frames.ts';
export { certificateSha256, createTlsCertificate, type TlsCertificate } from './identity/create-tls-certificate.ts';
export { identityStatement } from './identity/identity-statement.ts';
export { signIdentityStatement } from './identity/sign-identity-statement.ts';
export { type IdentityClaim, verifyIdentityStatement } from './identity/verify-identity-statement.ts';
export { type CallerFrameMachine, createCallerFrameMachine } from './machine/create-caller-frame-machine.ts';
export { createJobFrameMachine, type JobFrameMachine } from './machine/create-job-frame-machine.ts';
export {
  type ConnectedOrchestrator,
  type ConnectOrchestratorOptions,
  connectOrchestrator,
} from './orchestrator/connect-orchestrator.ts';
export {
  type ServedOrchestratorService,
  type ServeOrchestratorServiceOptions,
  serveOrchestratorService,
} from './orchestrator/serve-orchestrator-service.ts';
export type {
  Offer,
  OfferState,
  OffersChange,
  OrchestratorInfo,
  OrchestratorService,
  ServerCallOptions,
} from './orchestrator-service.ts';
export { type ConnectedWorker, connectWorker } from './worker/connect-worker.ts';
export {
  type ServedWorkerService,
  type ServeWorkerServiceOptions,
  serveWorkerService,
} from './worker/serve-worker-service.ts';
export type { WorkerAddress } from './worker-address.ts';
export type { CallOptions, WorkerInfo, WorkerPhase, WorkerService, WorkerState } from './worker-service.ts';
