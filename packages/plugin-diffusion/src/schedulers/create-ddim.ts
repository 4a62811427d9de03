import { at, sampleOf } from './arrays.ts';
import { preservingForm } from './forms.ts';
import { alphasCumprod, trainSteps } from './noise-schedule.ts';
import { clipped, predictPreserving } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { spacedTimesteps } from './spaced-timesteps.ts';

/** DDIM (https://arxiv.org/abs/2010.02502), as diffusers' DDIMScheduler does it. */
export function createDdim(config: SchedulerConfig, { steps, eta = 0 }: SchedulerOptions): Scheduler {
  const alphas = alphasCumprod(config);
  const timesteps = spacedTimesteps(config, steps, { spacing: 'leading' });
  const final = (config.set_alpha_to_one ?? true) ? 1 : at(alphas, 0);
  const stride = Math.floor(trainSteps(config) / steps);
  return {
    ...preservingForm(timesteps, (timestep) => at(alphas, timestep)),
    step({ index, model, sample, noise }) {
      const timestep = at(timesteps, index);
      const alpha = at(alphas, timestep);
      const previous = timestep - stride >= 0 ? at(alphas, timestep - stride) : final;
      const { original, epsilon } = predictPreserving(config, model, sample, alpha);
      const picture = clipped(config, original, true);
      const deviation = eta * Math.sqrt(((1 - previous) / (1 - alpha)) * (1 - alpha / previous));
      const direction = Math.sqrt(1 - previous - deviation ** 2);
      const drawn = eta > 0 ? noise() : undefined;
      return sampleOf(
        sample.length,
        (place) =>
          Math.sqrt(previous) * at(picture, place) +
          direction * at(epsilon, place) +
          (drawn === undefined ? 0 : deviation * at(drawn, place)),
      );
    },
  };
}
