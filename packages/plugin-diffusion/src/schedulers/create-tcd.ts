import { at, sampleOf } from './arrays.ts';
import { distilledTimesteps } from './create-lcm.ts';
import { mix, preservingForm } from './forms.ts';
import { alphasCumprod } from './noise-schedule.ts';
import { predictPreserving } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';

/** Trajectory consistency (https://arxiv.org/abs/2402.19159), as diffusers' TCDScheduler does it. */
export function createTcd(config: SchedulerConfig, { steps, eta = 0.3 }: SchedulerOptions): Scheduler {
  const alphas = alphasCumprod(config, { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' });
  const timesteps = distilledTimesteps(config, steps);
  return {
    ...preservingForm(timesteps, (timestep) => at(alphas, timestep)),
    step({ index, model, sample, noise }) {
      const isLast = index >= timesteps.length - 1;
      const next = isLast ? 0 : at(timesteps, index + 1);
      const goal = at(alphas, Math.floor((1 - eta) * next));
      const { original, epsilon } = predictPreserving(config, model, sample, at(alphas, at(timesteps, index)));
      const noised = sampleOf(
        sample.length,
        (place) => Math.sqrt(goal) * at(original, place) + Math.sqrt(1 - goal) * at(epsilon, place),
      );
      if (eta === 0 || isLast) return noised;
      const ratio = at(alphas, next) / goal;
      return mix(noised, noise(), Math.sqrt(ratio), Math.sqrt(1 - ratio));
    },
  };
}
