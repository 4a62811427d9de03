import type { ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { OnDisconnect, OutputPart } from '../../protocol/frames.ts';
import type { GatewayOffer } from '../offers/indexed-offer.ts';
import type { Connection, OrchestratorLink } from '../orchestrator-link.ts';
import type { JobAccess } from '../parts/parts-client.ts';
import type { InputPart } from '../parts/prepare-input.ts';
import type { JobFunds, JobPaymentResult } from '../payment/job-funds.ts';
import type { ContractChecks } from './contract-checks.ts';
import type { RunFrame } from './job.ts';
import type { JobInput } from './job-input.ts';

/** One try of a job at one orchestrator. */
export interface AttemptPlan {
  readonly jobId: string;
  readonly offer: GatewayOffer;
  readonly link: OrchestratorLink;
  readonly inputJson: Uint8Array;
  readonly parts: readonly InputPart[];
  readonly checks: ContractChecks;
  readonly funds: JobFunds;
  readonly deadline: number;
  readonly traceparent: string;
  readonly session: string | undefined;
  readonly onDisconnect: OnDisconnect;
  /** Aborted by cancel and deadline. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (frame: RunFrame) => Promise<void>;
  /** Takes over the way in: sends what the user sends, and the end. */
  readonly onInput: (input: JobInput) => void;
  /** Tells how an attempt that fails is going. */
  readonly state: AttemptState;
  /** Work to finish before the gateway is closed. */
  readonly track: (work: Promise<void>) => void;
}

/** What has happened so far; failover asks. */
export interface AttemptState {
  accepted: boolean;
  /** An output frame came, or something was charged: no failover any more. */
  hadOutput: boolean;
  /** A stream was read: its bytes are gone. */
  consumed: boolean;
  /** The orchestrator may run it. */
  opened: boolean;
}

/** What a try that went well gave. */
export interface AttemptResult {
  readonly output: unknown;
  readonly outputJson: Uint8Array;
  readonly usage: Usage;
  readonly parts: readonly OutputPart[];
  readonly receipt: ReceiptBytes | undefined;
  readonly payment: JobPaymentResult;
  readonly access: JobAccess;
  readonly connection: Connection;
}
