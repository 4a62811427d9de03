import { at, interpolate, linspace } from './arrays.ts';
import { alphasCumprod, type NoiseDefaults, sigmaTable } from './noise-schedule.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { exponentialSigmas, karrasSigmas, sigmaToTimestep } from './sigma-spacing.ts';
import { spacedTimesteps } from './spaced-timesteps.ts';

/** Where a sampler of the variance-exploding form stops. */
export interface SigmaSteps {
  readonly timesteps: readonly number[];
  /** One more than `timesteps`. */
  readonly sigmas: readonly number[];
  readonly initNoiseSigma: number;
}

/** The stops of Euler, LMS, Heun and their like. */
export function sigmaSteps(config: SchedulerConfig, steps: number, defaults: NoiseDefaults = {}): SigmaSteps {
  const table = sigmaTable(alphasCumprod(config, defaults), config);
  let timesteps = spacedTimesteps(config, steps, { spacing: 'linspace', fractions: true });
  let sigmas = timesteps.map((timestep) => interpolate(table, timestep));
  if (config.interpolation_type === 'log_linear')
    sigmas = linspace(Math.log(at(table, table.length - 1)), Math.log(at(table, 0)), steps + 1).map(Math.exp);
  const spread = config.use_karras_sigmas
    ? karrasSigmas
    : config.use_exponential_sigmas
      ? exponentialSigmas
      : undefined;
  if (spread !== undefined) {
    sigmas = spread(sigmas, steps, config);
    timesteps = sigmas.map((sigma) => sigmaToTimestep(sigma, table));
  }
  sigmas = [...sigmas, config.final_sigmas_type === 'sigma_min' ? at(table, 0) : 0];
  if (config.timestep_type === 'continuous' && config.prediction_type === 'v_prediction')
    timesteps = sigmas.slice(0, timesteps.length).map((sigma) => 0.25 * Math.log(sigma));
  const largest = sigmas.reduce((most, sigma) => Math.max(most, sigma), 0);
  const isScaled = config.timestep_spacing === 'leading';
  return { timesteps, sigmas, initNoiseSigma: isScaled ? Math.sqrt(largest ** 2 + 1) : largest };
}
