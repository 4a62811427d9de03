import { at, range, sampleOf } from './arrays.ts';
import { preservingForm } from './forms.ts';
import { alphasCumprod, trainSteps } from './noise-schedule.ts';
import { clipped, predictPreserving } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';

const SIGMA_DATA = 0.5;

/** Latent consistency (https://arxiv.org/abs/2310.04378), as diffusers' LCMScheduler does it. */
export function createLcm(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const alphas = alphasCumprod(config, { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' });
  const timesteps = distilledTimesteps(config, steps);
  const scaling = config.timestep_scaling ?? 10;
  return {
    ...preservingForm(timesteps, (timestep) => at(alphas, timestep)),
    step({ index, model, sample, noise }) {
      const timestep = at(timesteps, index);
      const scaled = timestep * scaling;
      const skip = SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2);
      const out = scaled / Math.sqrt(scaled ** 2 + SIGMA_DATA ** 2);
      const { original } = predictPreserving(config, model, sample, at(alphas, timestep));
      const picture = clipped(config, original, false);
      const denoised = sampleOf(sample.length, (place) => out * at(picture, place) + skip * at(sample, place));
      if (index >= timesteps.length - 1) return denoised;
      const next = at(alphas, at(timesteps, index + 1));
      const drawn = noise();
      return sampleOf(
        sample.length,
        (place) => Math.sqrt(next) * at(denoised, place) + Math.sqrt(1 - next) * at(drawn, place),
      );
    },
  };
}

/** A model of few steps knows only some timesteps, those of its distillation; some of those are taken. */
export function distilledTimesteps(config: SchedulerConfig, steps: number): number[] {
  const known = config.original_inference_steps ?? 50;
  if (steps > known) throw new SchedulerRefusal('steps', steps, `at most ${known}, original_inference_steps`);
  const stride = Math.floor(trainSteps(config) / known);
  const falling = range(known, (place) => (place + 1) * stride - 1).reverse();
  return range(steps, (place) => at(falling, Math.floor((place * known) / steps)));
}
