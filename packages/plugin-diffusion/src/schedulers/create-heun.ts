import { at, sampleOf } from './arrays.ts';
import { explodingForm } from './forms.ts';
import { clipped, predictExploding } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { sigmaSteps } from './sigma-steps.ts';

/** Heun's method: two runs of the network a step, one at the last. As diffusers' HeunDiscreteScheduler does it. */
export function createHeun(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const single = sigmaSteps(config, steps, { betaStart: 0.00085, betaEnd: 0.012 });
  const twice = (list: readonly number[]) => list.flatMap((value, place) => (place === 0 ? [value] : [value, value]));
  const timesteps = twice(single.timesteps);
  const sigmas = [...twice(single.sigmas.slice(0, -1)), at(single.sigmas, single.sigmas.length - 1)];
  let half: { slope: Float32Array; sample: Float32Array; move: number } | undefined;
  return {
    ...explodingForm(timesteps, sigmas, single.initNoiseSigma),
    step({ index, model, sample }) {
      const sigma = at(sigmas, index);
      const picture = clipped(config, predictExploding(config, model, sample, sigma), false);
      const slope = sampleOf(sample.length, (place) => (at(sample, place) - at(picture, place)) / sigma);
      if (half === undefined) {
        const move = at(sigmas, index + 1) - sigma;
        half = { slope, sample, move };
        return sampleOf(sample.length, (place) => at(sample, place) + at(slope, place) * move);
      }
      const start = half;
      half = undefined;
      return sampleOf(
        sample.length,
        (place) => at(start.sample, place) + ((at(start.slope, place) + at(slope, place)) / 2) * start.move,
      );
    },
  };
}
