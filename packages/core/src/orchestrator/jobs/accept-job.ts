import { hash } from 'node:crypto';
import { type ContractValidator, createContractValidator } from '../../capability/contract-validator.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { OrchestratorPaymentProvider } from '../../payment/payment-provider.ts';
import { findBlobRefs } from '../../primitives/find-blob-refs.ts';
import type { OpenJobFrame } from '../../protocol/frames.ts';
import type { PluginHost } from '../plugin-host.ts';
import { checkOpenJob } from './check-open-job.ts';
import type { AcceptedJob, JobsContext } from './job-context.ts';
import type { PluginQueues } from './plugin-queues.ts';
import { type SelectedCapability, selectPlugin } from './select-plugin.ts';

/** What accepting a job needs. */
export interface AcceptContext extends Pick<JobsContext, 'rows' | 'clock' | 'limits'> {
  readonly host: PluginHost;
  readonly queues: PluginQueues;
  readonly payment: ReadonlyMap<string, OrchestratorPaymentProvider>;
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
  const provider = context.payment.get(payment.provider);
  if (provider === undefined)
    throw new ByocError('PAYMENT_PROVIDER_UNKNOWN', {
      provider: payment.provider,
      accepted: [...context.payment.keys()],
    });
  const { price, pluginId, jobsDirectory } = plugin;
  const hold = await provider.authorize({ jobId, capability, contractDigest: digest, price }, payment);
  const uris = urisOf(input);
  const { running, waiting, slots } = queue.admission;
  // One write less for a job that need not wait.
  const startsAtOnce = frame.uploads.length + uris.length + waiting === 0 && running < slots;
  const job: AcceptedJob = {
    ...{ jobId, pluginId, jobsDirectory, capability, validator, price, hold, queue },
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
  try {
    const inserted = rows.insert({
      ...job,
      contractDigest: digest,
      provider: provider.name,
      maxCostWei: payment.maxCostWei,
      state: job.workerId === '' ? 'queued' : 'running',
    });
    if (inserted) return job;
    throw new ByocError('JOB_ALREADY_EXISTS', { jobId });
  } catch (error) {
    await hold.settle('failed-before-output', {});
    throw error;
  }
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
