import { at, range, sampleOf } from './arrays.ts';
import { explodingForm } from './forms.ts';
import { predictExploding } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { sigmaSteps } from './sigma-steps.ts';

const ORDER = 4;

/** Linear multistep of order 4, as diffusers' LMSDiscreteScheduler does it. */
export function createLms(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const { timesteps, sigmas, initNoiseSigma } = sigmaSteps(config, steps);
  let slopes: Float32Array[] = [];
  return {
    ...explodingForm(timesteps, sigmas, initNoiseSigma),
    step({ index, model, sample }) {
      const sigma = at(sigmas, index);
      const picture = predictExploding(config, model, sample, sigma);
      const slope = sampleOf(sample.length, (place) => (at(sample, place) - at(picture, place)) / sigma);
      slopes = [slope, ...slopes].slice(0, ORDER);
      const weights = range(slopes.length, (age) => weight(sigmas, index, slopes.length, age));
      return sampleOf(sample.length, (place) =>
        slopes.reduce((sum, one, age) => sum + at(weights, age) * at(one, place), at(sample, place)),
      );
    },
  };
}

/** The integral of a Lagrange polynomial over a step. Its degree is at most 3, where Simpson's rule is exact. */
function weight(sigmas: readonly number[], index: number, order: number, age: number): number {
  const basis = (sigma: number) =>
    range(order, (other) => other)
      .filter((other) => other !== age)
      .reduce(
        (product, other) =>
          (product * (sigma - at(sigmas, index - other))) / (at(sigmas, index - age) - at(sigmas, index - other)),
        1,
      );
  const [from, to] = [at(sigmas, index), at(sigmas, index + 1)];
  return ((to - from) / 6) * (basis(from) + 4 * basis((from + to) / 2) + basis(to));
}
