import { hash } from 'node:crypto';
import { type ContractValidator, createContractValidator } from '../../capability/contract-validator.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { findBlobRefs } from '../../primitives/find-blob-refs.ts';
import type { OpenJobFrame } from '../../protocol/frames.ts';
import { payForJob } from '../payment/pay-for-job.ts';
import type { PaymentDesk } from '../payment/payment-desk.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { PluginHost } from '../plugin-host.ts';
import { checkOpenJob } from './check-open-job.ts';
import type { AcceptedJob, JobsContext } from './job-context.ts';
import type { PluginQueues } from './plugin-queues.ts';
import { type SelectedCapability, selectPlugin } from './select-plugin.ts';

/** What accepting a job needs. */
export interface AcceptContext extends Pick<JobsContext, 'rows' | 'clock' | 'limits'> {
  readonly host: PluginHost;
  readonly queues: PluginQueues;
  readonly desk: PaymentDesk;
  readonly prices: PriceBook;
  /** Own ETH address. */
  readonly orchestrator: string;
  /** Compiled validators by contract digest. */
  readonly validators: Map<string, ContractValidator>;
}

const VALIDATORS_MAX = 1000;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Checks a job, holds its payment and writes its row. Throws what refuses it; nothing is left behind then. */
export async function acceptJob(
  frame: OpenJobFrame,
  context: AcceptContext,
  options: { caller: string },
): Promise<AcceptedJob> {
  const { clock, limits, rows, host } = context;
  const now = clock.now();
  checkOpenJob(frame, { now, limits });
  const { open, payment, contractDigest } = frame;
  const { jobId } = open;
  const selected = selectPlugin(host.list(), open.capability);
  const { plugin, reference: capability, digest } = selected;
  if (contractDigest !== '' && contractDigest !== digest)
    throw new ByocError('CONTRACT_DIGEST_MISMATCH', { capability, expected: contractDigest, actual: digest });
  const validator = validatorOf(selected, context.validators);
  const input = parseInputJson(open.inputJson, capability);
  const issues = validator.validateInput(input);
  if (issues.length > 0) throw new ByocError('CAPABILITY_INPUT_INVALID', { capability, issues });
  const queue = context.queues.take(plugin);
  const { pluginId, jobsDirectory } = plugin;
  const { price, payment: money } = await payForJob(frame, selected, input, context);
  const uris = urisOf(input);
  const { running, waiting, slots } = queue.admission;
  // One write less for a job that need not wait.
  const startsAtOnce = frame.uploads.length + uris.length + waiting === 0 && running < slots;
  const job: AcceptedJob = {
    ...{ jobId, pluginId, jobsDirectory, capability, validator, price, queue },
    payment: money,
    secretSha256: sha256(frame.jobSecret),
    onDisconnect: open.onDisconnect,
    deadline: Math.min(open.deadline, now + limits.deadlineMaxMs),
    acceptedAt: now,
    caller: options.caller,
    uploads: frame.uploads,
    uris,
    workerId: startsAtOnce ? (plugin.worker?.workerId ?? '') : '',
    worker: () => host.get(pluginId)?.worker,
  };
  const row = {
    ...job,
    contractDigest: digest,
    provider: payment.provider,
    maxCostWei: payment.maxCostWei,
    payment: money.row,
    state: job.workerId === '' ? ('queued' as const) : ('running' as const),
  };
  const insert = () => {
    if (!rows.insert(row)) throw new ByocError('JOB_ALREADY_EXISTS', { jobId });
    money.hold();
  };
  // A job that moves no money is one write, which needs no transaction.
  if (money.row === undefined) insert();
  else context.desk.transact(insert);
  return job;
}

/** The validator of a contract, compiled once for each digest. */
export function validatorOf(
  { digest, contract }: Pick<SelectedCapability, 'digest' | 'contract'>,
  validators: Map<string, ContractValidator>,
): ContractValidator {
  let validator = validators.get(digest);
  if (validator === undefined) {
    if (validators.size >= VALIDATORS_MAX) validators.clear();
    validator = createContractValidator(contract);
    validators.set(digest, validator);
  }
  return validator;
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** Reads an input. @throws ByocError CAPABILITY_INPUT_INVALID */
export function parseInputJson(inputJson: Uint8Array, capability: string): unknown {
  try {
    return JSON.parse(decoder.decode(inputJson));
  } catch {
    throw new ByocError('CAPABILITY_INPUT_INVALID', { capability, issues: [{ path: '', message: 'is not JSON' }] });
  }
}

function urisOf(input: unknown): string[] {
  const uris = new Set<string>();
  for (const ref of findBlobRefs(input)) if ('$uri' in ref) uris.add(ref.$uri);
  return [...uris];
}
