import { attachCases } from './cases/attach-cases.ts';
import { cancelCases } from './cases/cancel-cases.ts';
import { endCases } from './cases/end-cases.ts';
import { estimateCases } from './cases/estimate-cases.ts';
import { identityCases } from './cases/identity-cases.ts';
import { jobCases } from './cases/job-cases.ts';
import { refusalCases } from './cases/refusal-cases.ts';
import { runningCases } from './cases/running-cases.ts';
import { stateCases } from './cases/state-cases.ts';
import { tcpCases } from './cases/tcp-cases.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** Everything that a worker must do and that can be seen from outside, as docs/spec/worker-protocol.md states it. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...identityCases,
  ...stateCases,
  ...jobCases,
  ...refusalCases,
  ...runningCases,
  ...cancelCases,
  ...attachCases,
  ...estimateCases,
  ...tcpCases,
  ...endCases,
];
