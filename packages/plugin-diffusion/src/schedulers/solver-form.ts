import { at, sampleOf } from './arrays.ts';
import { mix } from './forms.ts';
import type { Scheduler } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import type { SolverSteps } from './solver-steps.ts';

/** How much picture and how much noise there is at a stop, and the logarithm of their ratio. */
export interface Stop {
  readonly alpha: number;
  readonly sigma: number;
  readonly lambda: number;
}

/** A stop of a solver. */
export function stopAt(config: SchedulerConfig, sigmas: readonly number[], index: number): Stop {
  const given = at(sigmas, index);
  const alpha = config.use_flow_sigmas ? 1 - given : 1 / Math.sqrt(given ** 2 + 1);
  const sigma = config.use_flow_sigmas ? given : given * alpha;
  return { alpha, sigma, lambda: Math.log(alpha) - Math.log(sigma) };
}

/** What every solver has in common. */
export function solverForm(
  config: SchedulerConfig,
  { timesteps, sigmas }: SolverSteps,
): Pick<Scheduler, 'timesteps' | 'initNoiseSigma' | 'scale' | 'addNoise'> {
  return {
    timesteps,
    initNoiseSigma: 1,
    scale: (sample) => sample,
    addNoise(original, noise, index) {
      if (index >= timesteps.length) return original;
      const { alpha, sigma } = stopAt(config, sigmas, index);
      return mix(original, noise, alpha, sigma);
    },
  };
}

/** The clean picture that the network believes in. */
export function predictPicture(
  config: SchedulerConfig,
  model: Float32Array,
  sample: Float32Array,
  { alpha, sigma }: Stop,
): Float32Array {
  switch (config.prediction_type ?? 'epsilon') {
    case 'epsilon':
      return sampleOf(sample.length, (place) => (at(sample, place) - sigma * at(model, place)) / alpha);
    case 'sample':
      return model;
    case 'v_prediction':
      return mix(sample, model, alpha, -sigma);
    case 'flow_prediction':
      return mix(sample, model, 1, -sigma);
  }
}

/** The noise that the network believes in. */
export function predictNoise(
  config: SchedulerConfig,
  model: Float32Array,
  sample: Float32Array,
  stop: Stop,
): Float32Array {
  if ((config.prediction_type ?? 'epsilon') === 'epsilon') return model;
  const picture = predictPicture(config, model, sample, stop);
  return sampleOf(sample.length, (place) => (at(sample, place) - stop.alpha * at(picture, place)) / stop.sigma);
}
