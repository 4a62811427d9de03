import type { ByocError } from '../../errors/byoc-error.ts';
import type { Usage } from '../../payment/payment-provider.ts';
import type { JobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import type { JobPayment, PaymentDemand } from '../payment/job-payment.ts';
import type { CallerOutput } from './caller-output.ts';
import type { JobsContext } from './job-context.ts';

/**
 * Charges what a job has used so far, and adds to `out` what is asked of the payer. A job that is not covered waits for that,
 * for `topUpWaitMs` at most. Resolves with the error that must end it, if any.
 */
export async function chargeJob(
  payment: JobPayment,
  {
    frame,
    usage,
    out,
    output,
    onDemand,
  }: {
    frame: JobFrame;
    usage: Usage;
    out: OrchestratorFrame[];
    output: CallerOutput;
    /** Told what is asked of the payer, before it is waited for. */
    onDemand(demand: PaymentDemand): void;
  },
  options: Pick<JobsContext, 'clock' | 'limits'> & { signal: AbortSignal },
): Promise<ByocError | undefined> {
  if (payment.row === undefined) return undefined;
  const demand = await payment.charge(usage, frame.sequence);
  if (demand !== undefined) {
    out.push({ type: 'payment-required', ...demand });
    onDemand(demand);
  }
  // What is done already is handed over for the most that the caller would pay.
  if (payment.uncovered === undefined || (frame.type === 'result' && payment.uncovered === 'limit')) return undefined;
  if (payment.uncovered === 'hold') {
    void output.send(out.splice(0));
    await awaitCover(payment, options);
  }
  return payment.uncovered === undefined ? undefined : payment.explain();
}

async function awaitCover(
  payment: JobPayment,
  { clock, limits, signal }: Pick<JobsContext, 'clock' | 'limits'> & { signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return;
  const timer = new AbortController();
  const onAbort = () => timer.abort(null);
  signal.addEventListener('abort', onAbort, { once: true });
  const late = clock.sleep(limits.topUpWaitMs, { signal: timer.signal, unref: true }).catch(() => {});
  await Promise.race([payment.whenCovered(), late]);
  signal.removeEventListener('abort', onAbort);
  timer.abort(null);
}
