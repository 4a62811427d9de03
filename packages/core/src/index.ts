export { canonicalJson } from './capability/canonical-json.ts';
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
  UsagePolicy,
} from './capability/capability.ts';
export {
  type CapabilityRef,
  isCapabilityName,
  matchCapability,
  matchesCapability,
  parseCapabilityRef,
} from './capability/capability-ref.ts';
export { contractDigest } from './capability/contract-digest.ts';
export { type ContractValidator, createContractValidator } from './capability/contract-validator.ts';
export { type CapabilityDefinition, defineCapability } from './capability/define-capability.ts';
export { estimateUsage } from './capability/estimate-usage.ts';
export { meter } from './capability/meter.ts';
export { parseInput } from './capability/parse-input.ts';
export { sha256Hex } from './capability/sha256-hex.ts';
export { zodIssues } from './capability/zod-issues.ts';
export { ByocError, type Charged, isByocError } from './errors/byoc-error.ts';
export type { FieldIssue } from './errors/catalogue/capability.ts';
export { type ErrorCode, errorCatalogue, type FactsOf } from './errors/catalogue/index.ts';
export type { ErrorEntry, GrpcStatusName, Recovery } from './errors/error-entry.ts';
export { definePlugin, implement, type PluginDefinition } from './manifest/define-plugin.ts';
export { deriveManifest, manifestText } from './manifest/derive-manifest.ts';
export { type Manifest, type ManifestInput, manifestSchema } from './manifest/manifest.ts';
export { type ModelSpec, modelSchema } from './manifest/model-spec.ts';
export { type ModelLocation, parseModelUri } from './manifest/model-uri.ts';
export { parseManifest } from './manifest/parse-manifest.ts';
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
export { WORKER_PROTOCOL } from './manifest/worker-protocol.ts';
export { type WorkerResources, workerResourcesSchema } from './manifest/worker-resources.ts';
export { formatPrice } from './price/format-price.ts';
export { formatPriceList } from './price/format-price-list.ts';
export { isFree } from './price/is-free.ts';
export { type ParsedPrice, parsePrice } from './price/parse-price.ts';
export { parsePriceList } from './price/parse-price-list.ts';
export { parsePriceSheet } from './price/parse-price-sheet.ts';
export type { Price, PriceList } from './price/price.ts';
export { priceOf } from './price/price-of.ts';
export { freePriceSheet, type PriceSheet, priceSheetSchema } from './price/price-sheet.ts';
export { type Rational, rational } from './price/rational.ts';
export { toPriceList } from './price/to-price-list.ts';
export { toPriceSheet } from './price/to-price-sheet.ts';
export { assertNever } from './primitives/assert-never.ts';
export { AsyncQueue } from './primitives/async-queue.ts';
export { type BlobRef, blob, outputFile, type PartRef, type UriRef } from './primitives/blob-ref.ts';
export { type Clock, systemClock } from './primitives/clock.ts';
export { findBlobRefs } from './primitives/find-blob-refs.ts';
export { createJobId, isJobId, type JobId } from './primitives/job-id.ts';
export type { JsonObject, JsonValue } from './primitives/json.ts';
export { type Logger, silentLogger } from './primitives/logger.ts';
export { isPartName } from './primitives/part-name.ts';
