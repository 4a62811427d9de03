import { at, linspace, range } from './arrays.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';

/** What a scheduler takes where its configuration is silent. */
export interface NoiseDefaults {
  readonly betaStart?: number;
  readonly betaEnd?: number;
  readonly betaSchedule?: NonNullable<SchedulerConfig['beta_schedule']>;
}

/** How much of the picture is left at each training step: the cumulative products of 1 - beta. */
export function alphasCumprod(config: SchedulerConfig, defaults: NoiseDefaults = {}): number[] {
  let betas = betasOf(config, defaults);
  if (config.rescale_betas_zero_snr) betas = rescaleZeroSnr(betas);
  let product = 1;
  return betas.map((beta) => {
    product *= 1 - beta;
    return product;
  });
}

/** How many training steps there were. @default 1000 */
export function trainSteps(config: SchedulerConfig): number {
  return config.trained_betas?.length ?? config.num_train_timesteps ?? 1000;
}

/** Sigmas of the variance-exploding form, one for each training step, rising. */
export function sigmaTable(alphas: readonly number[], config: SchedulerConfig): number[] {
  return alphas.map((alpha, step) => {
    // The last one is infinite where nothing of the picture is left; diffusers puts the smallest half there.
    const left = config.rescale_betas_zero_snr && step === alphas.length - 1 ? 2 ** -24 : alpha;
    return Math.sqrt((1 - left) / left);
  });
}

function betasOf(config: SchedulerConfig, defaults: NoiseDefaults): number[] {
  if (config.trained_betas) return config.trained_betas;
  const steps = config.num_train_timesteps ?? 1000;
  const from = config.beta_start ?? defaults.betaStart ?? 0.0001;
  const to = config.beta_end ?? defaults.betaEnd ?? 0.02;
  const schedule = config.beta_schedule ?? defaults.betaSchedule ?? 'linear';
  switch (schedule) {
    case 'linear':
      return linspace(from, to, steps);
    case 'scaled_linear':
      return linspace(Math.sqrt(from), Math.sqrt(to), steps).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return fromAlphaBar(steps, (t) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2);
    case 'exp':
      return fromAlphaBar(steps, (t) => Math.exp(-12 * t));
    case 'laplace':
      return fromAlphaBar(steps, laplace);
    case 'sigmoid':
      return linspace(-6, 6, steps).map((x) => (to - from) / (1 + Math.exp(-x)) + from);
    default:
      throw new SchedulerRefusal(
        'beta_schedule',
        schedule,
        'linear, scaled_linear, squaredcos_cap_v2, exp, laplace, sigmoid',
      );
  }
}

function laplace(t: number): number {
  const lambda = -0.5 * Math.sign(0.5 - t || 1) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
  const ratio = Math.exp(lambda);
  return Math.sqrt(ratio / (1 + ratio));
}

function fromAlphaBar(steps: number, alphaBar: (t: number) => number): number[] {
  return range(steps, (step) => Math.min(1 - alphaBar((step + 1) / steps) / alphaBar(step / steps), 0.999));
}

/** Shifts the schedule so that nothing of the picture is left at its end (https://arxiv.org/abs/2305.08891). */
function rescaleZeroSnr(betas: readonly number[]): number[] {
  let product = 1;
  const roots = betas.map((beta) => {
    product *= 1 - beta;
    return Math.sqrt(product);
  });
  const [first, last] = [at(roots, 0), at(roots, roots.length - 1)];
  const bars = roots.map((root) => ((root - last) * (first / (first - last))) ** 2);
  return bars.map((bar, step) => 1 - (step === 0 ? bar : bar / at(bars, step - 1)));
}
