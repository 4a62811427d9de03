export type {
  AnyCapability,
  Capability,
  CapabilityContract,
  EventOf,
  InputOf,
  Meter,
  MeterOf,
  OutputOf,
  ParsedInputOf,
  UpdateOf,
} from './capability/capability.ts';
export { ByocError, type Charged, isByocError } from './errors/byoc-error.ts';
export type { FieldIssue } from './errors/catalogue/capability.ts';
export { type ErrorCode, errorCatalogue, type FactsOf } from './errors/catalogue/index.ts';
export type { ErrorEntry, GrpcStatusName, Recovery } from './errors/error-entry.ts';
export { type Manifest, type ManifestInput, manifestSchema } from './manifest/manifest.ts';
export type {
  Handler,
  Implementation,
  IncomingChunk,
  JobContext,
  JobDirectory,
  Plugin,
  Progress,
  SetupContext,
  SetupResult,
} from './manifest/plugin.ts';
export { freePriceSheet, type PriceSheet, priceSheetSchema } from './price/price-sheet.ts';
export { assertNever } from './primitives/assert-never.ts';
export { type BlobRef, blob, outputFile, type PartRef, type UriRef } from './primitives/blob-ref.ts';
export { type Clock, systemClock } from './primitives/clock.ts';
export { findBlobRefs } from './primitives/find-blob-refs.ts';
export { createJobId, isJobId, type JobId } from './primitives/job-id.ts';
export type { JsonObject, JsonValue } from './primitives/json.ts';
export { type Logger, silentLogger } from './primitives/logger.ts';
export { isPartName } from './primitives/part-name.ts';
