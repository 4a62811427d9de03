import { at, sampleOf } from './arrays.ts';
import { preservingForm } from './forms.ts';
import { alphasCumprod, trainSteps } from './noise-schedule.ts';
import { clipped, predictPreserving } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { spacedTimesteps } from './spaced-timesteps.ts';

/** DDPM (https://arxiv.org/abs/2006.11239), as diffusers' DDPMScheduler does it. */
export function createDdpm(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const alphas = alphasCumprod(config);
  const timesteps = spacedTimesteps(config, steps, { spacing: 'leading' });
  const stride = Math.floor(trainSteps(config) / steps);
  return {
    ...preservingForm(timesteps, (timestep) => at(alphas, timestep)),
    step({ index, model, sample, noise }) {
      const timestep = at(timesteps, index);
      const alpha = at(alphas, timestep);
      const previous = timestep - stride >= 0 ? at(alphas, timestep - stride) : 1;
      const beta = 1 - alpha / previous;
      const picture = clipped(config, predictPreserving(config, model, sample, alpha).original, true);
      const ofPicture = (Math.sqrt(previous) * beta) / (1 - alpha);
      const ofSample = (Math.sqrt(alpha / previous) * (1 - previous)) / (1 - alpha);
      const small = Math.max(((1 - previous) / (1 - alpha)) * beta, 1e-20);
      const deviation = Math.sqrt(config.variance_type === 'fixed_large' ? beta : small);
      const drawn = timestep > 0 ? noise() : undefined;
      return sampleOf(
        sample.length,
        (place) =>
          ofPicture * at(picture, place) +
          ofSample * at(sample, place) +
          (drawn === undefined ? 0 : deviation * at(drawn, place)),
      );
    },
  };
}
