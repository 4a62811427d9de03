import { at, linspace, sampleOf } from './arrays.ts';
import { mix } from './forms.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';
import { exponentialSigmas, karrasSigmas } from './sigma-spacing.ts';

/** Euler's method along the flow from noise to picture, as diffusers' FlowMatchEulerDiscreteScheduler does it. */
export function createFlowEuler(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const train = config.num_train_timesteps ?? 1000;
  let sigmas = shifted(config, options, baseSigmas(config, options, train));
  if (config.shift_terminal) {
    const stretch = (1 - at(sigmas, sigmas.length - 1)) / (1 - config.shift_terminal);
    sigmas = sigmas.map((sigma) => 1 - (1 - sigma) / stretch);
  }
  const spread = config.use_karras_sigmas
    ? karrasSigmas
    : config.use_exponential_sigmas
      ? exponentialSigmas
      : undefined;
  if (spread !== undefined) sigmas = spread(sigmas, sigmas.length, config);
  if (config.invert_sigmas) sigmas = sigmas.map((sigma) => 1 - sigma);
  const timesteps = sigmas.map((sigma) => sigma * train);
  const stops = [...sigmas, config.invert_sigmas ? 1 : 0];
  return {
    timesteps,
    initNoiseSigma: 1,
    scale: (sample) => sample,
    addNoise: (original, noise, index) =>
      index >= timesteps.length ? original : mix(original, noise, 1 - at(stops, index), at(stops, index)),
    step({ index, model, sample, noise }) {
      const [from, to] = [at(stops, index), at(stops, index + 1)];
      if (!config.stochastic_sampling) return mix(sample, model, 1, to - from);
      const drawn = noise();
      return sampleOf(
        sample.length,
        (place) => (1 - to) * (at(sample, place) - from * at(model, place)) + to * at(drawn, place),
      );
    },
  };
}

/** Sigmas before the shift. Those of diffusers' own start are shifted once at its making, and again with the others. */
function baseSigmas(config: SchedulerConfig, { steps, sigmas }: SchedulerOptions, train: number): readonly number[] {
  if (sigmas !== undefined) return sigmas;
  const shift = config.use_dynamic_shifting ? 1 : (config.shift ?? 1);
  const once = (sigma: number) => (shift * sigma) / (1 + (shift - 1) * sigma);
  return linspace(once(1), once(1 / train), steps);
}

function shifted(config: SchedulerConfig, { mu }: SchedulerOptions, sigmas: readonly number[]): number[] {
  if (!config.use_dynamic_shifting) {
    const shift = config.shift ?? 1;
    return sigmas.map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma));
  }
  if (mu === undefined)
    throw new SchedulerRefusal('use_dynamic_shifting', true, 'false where the picture has no token count');
  const factor = config.time_shift_type === 'linear' ? mu : Math.exp(mu);
  return sigmas.map((sigma) => factor / (factor + (1 / sigma - 1)));
}
