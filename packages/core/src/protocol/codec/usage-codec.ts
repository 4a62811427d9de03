import type { Usage } from '../../payment/payment-provider.ts';
import type { JobUsage } from '../gen/byoc/job/v1/job.ts';
import { malformed } from './malformed.ts';

const METER_MAX = 2n ** 64n;

/** Writes meters. Throws FRAME_MALFORMED when one is negative or needs more than 64 bits. */
export function encodeUsage(usage: Usage, jobId = ''): JobUsage {
  for (const [meter, total] of Object.entries(usage))
    if (total < 0n || total >= METER_MAX) throw malformed({ jobId }, `meter ${meter} has the total ${total}`);
  return { meters: usage };
}

/** Reads meters. */
export function decodeUsage(message: JobUsage | undefined): Usage {
  return message?.meters ?? {};
}
