import type { ErrorEntry } from '../error-entry.ts';
import { capabilityErrors } from './capability.ts';
import { chainErrors } from './chain.ts';
import { commandErrors } from './command.ts';
import { facadeErrors } from './facade.ts';
import { gatewayErrors } from './gateway.ts';
import { hostErrors } from './host.ts';
import { keyErrors } from './keys.ts';
import { manifestErrors } from './manifest.ts';
import { modelErrors } from './models.ts';
import { orchestratorJobErrors } from './orchestrator-jobs.ts';
import { paymentErrors } from './payment.ts';
import { pluginHostErrors } from './plugin-host.ts';
import { processErrors } from './process.ts';
import { protocolErrors } from './protocol.ts';
import { runtimeErrors } from './runtime.ts';
import { testingErrors } from './testing.ts';
import { workerErrors } from './worker.ts';

/** Every error there is. docs/errors.md is generated from it and tested against it. */
export const errorCatalogue = {
  ...capabilityErrors,
  ...manifestErrors,
  ...protocolErrors,
  ...workerErrors,
  ...runtimeErrors,
  ...processErrors,
  ...pluginHostErrors,
  ...modelErrors,
  ...orchestratorJobErrors,
  ...gatewayErrors,
  ...facadeErrors,
  ...paymentErrors,
  ...keyErrors,
  ...chainErrors,
  ...hostErrors,
  ...commandErrors,
  ...testingErrors,
} as const;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** The facts of an error of code `C`. */
export type FactsOf<C extends ErrorCode> = (typeof errorCatalogue)[C] extends ErrorEntry<infer F> ? F : never;
