import type { ModelFolder } from '../model/model-folder.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import { mapSchedulerRefusal, type SettledJob } from './settle-job.ts';

/** Makes the sampler of a job, whose pictures have so many latents in a plane. @throws ImageFailure `scheduler-refused` */
export function openScheduler(folder: ModelFolder, settled: SettledJob, latents: number): Scheduler {
  const { steps, scheduler } = settled;
  // FLUX is given its sigmas; the last one is not that of the schedule but an even step away from 0.
  const isEven = folder.family === 'flux' && !scheduler.use_flow_sigmas;
  const sigmas = isEven ? Array.from({ length: steps }, (_, at) => (steps - at) / steps) : undefined;
  try {
    return createScheduler(scheduler, { steps, sigmas, mu: shiftOf(settled, latents) });
  } catch (error) {
    throw mapSchedulerRefusal(error);
  }
}

/** Flow matching shifts more for larger pictures: by the number of 2 × 2 patches. */
function shiftOf({ scheduler }: SettledJob, latents: number): number | undefined {
  if (!scheduler.use_dynamic_shifting) return undefined;
  const { base_image_seq_len, max_image_seq_len, base_shift, max_shift } = scheduler;
  const [from, to] = [base_image_seq_len ?? 256, max_image_seq_len ?? 4096];
  const [least, most] = [base_shift ?? 0.5, max_shift ?? 1.15];
  return least + ((latents / 4 - from) / (to - from)) * (most - least);
}
