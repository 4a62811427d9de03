import { at, sampleOf } from './arrays.ts';
import { explodingForm } from './forms.ts';
import { predictExploding } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { sigmaSteps } from './sigma-steps.ts';

/** Euler's method (https://arxiv.org/abs/2206.00364, algorithm 2 without churn), as diffusers' EulerDiscreteScheduler does it. */
export function createEuler(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const { timesteps, sigmas, initNoiseSigma } = sigmaSteps(config, steps);
  return {
    ...explodingForm(timesteps, sigmas, initNoiseSigma),
    step({ index, model, sample }) {
      const sigma = at(sigmas, index);
      const move = (at(sigmas, index + 1) - sigma) / sigma;
      const picture = predictExploding(config, model, sample, sigma);
      return sampleOf(sample.length, (place) => at(sample, place) + (at(sample, place) - at(picture, place)) * move);
    },
  };
}
