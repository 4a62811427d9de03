import type { JobPaymentResult } from '@byoc/core/gateway';
import type { PaymentView } from '@byoc/core/orchestrator';

/** What a job cost, for `--json`. */
export function describePayment({ provider, chargedWei, receipt, problem }: JobPaymentResult) {
  return { provider, chargedWei, receipt: receipt?.jobId, problem: problem?.code };
}

/** The ways to be paid, and what is wrong with one, for people. */
export function describeWays(ways: readonly PaymentView[]): string {
  const problems = ways.flatMap(({ provider, problem }) =>
    problem === undefined ? [] : [`           ${provider}: ${problem.message} ${problem.hint}\n`],
  );
  return `Payment:   ${ways.map(({ provider }) => provider).join(', ')}\n${problems.join('')}`;
}
