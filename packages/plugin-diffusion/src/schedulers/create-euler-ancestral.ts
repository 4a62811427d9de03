import { at, sampleOf } from './arrays.ts';
import { explodingForm } from './forms.ts';
import { predictExploding, unsuited } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { sigmaSteps } from './sigma-steps.ts';

/** Euler's method with fresh noise at each step, as diffusers' EulerAncestralDiscreteScheduler does it. */
export function createEulerAncestral(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  if (config.prediction_type === 'sample') throw unsuited(config);
  const { timesteps, sigmas, initNoiseSigma } = sigmaSteps(config, steps);
  return {
    ...explodingForm(timesteps, sigmas, initNoiseSigma),
    step({ index, model, sample, noise }) {
      const [from, to] = [at(sigmas, index), at(sigmas, index + 1)];
      const up = Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2);
      const down = Math.sqrt(to ** 2 - up ** 2);
      const picture = predictExploding(config, model, sample, from);
      const drawn = noise();
      return sampleOf(
        sample.length,
        (place) =>
          at(sample, place) + ((at(sample, place) - at(picture, place)) / from) * (down - from) + up * at(drawn, place),
      );
    },
  };
}
