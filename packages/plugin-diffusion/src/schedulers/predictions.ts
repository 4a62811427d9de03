import { sampleOf } from './arrays.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';

/** A picture and its noise, as the network sees them at a step. */
export interface Prediction {
  /** The clean picture that the network believes in. */
  readonly original: Float32Array;
  /** The noise that it believes in. */
  readonly epsilon: Float32Array;
}

/** Reads the network's answer in the variance-preserving form: sample = √alpha · picture + √(1 − alpha) · noise. */
export function predictPreserving(
  config: SchedulerConfig,
  model: Float32Array,
  sample: Float32Array,
  alpha: number,
): Prediction {
  const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
  const { length } = sample;
  const m = (at: number) => model[at] as number;
  const x = (at: number) => sample[at] as number;
  switch (config.prediction_type ?? 'epsilon') {
    case 'epsilon':
      return { original: sampleOf(length, (at) => (x(at) - noise * m(at)) / signal), epsilon: model };
    case 'sample':
      return { original: model, epsilon: sampleOf(length, (at) => (x(at) - signal * m(at)) / noise) };
    case 'v_prediction':
      return {
        original: sampleOf(length, (at) => signal * x(at) - noise * m(at)),
        epsilon: sampleOf(length, (at) => signal * m(at) + noise * x(at)),
      };
    default:
      throw unsuited(config);
  }
}

/** Reads the network's answer in the variance-exploding form: sample = picture + sigma · noise. */
export function predictExploding(
  config: SchedulerConfig,
  model: Float32Array,
  sample: Float32Array,
  sigma: number,
): Float32Array {
  const m = (at: number) => model[at] as number;
  const x = (at: number) => sample[at] as number;
  switch (config.prediction_type ?? 'epsilon') {
    case 'epsilon':
      return sampleOf(sample.length, (at) => x(at) - sigma * m(at));
    case 'sample':
      return model;
    case 'v_prediction': {
      const scale = sigma * sigma + 1;
      return sampleOf(sample.length, (at) => (m(at) * -sigma) / Math.sqrt(scale) + x(at) / scale);
    }
    default:
      throw unsuited(config);
  }
}

/** Cuts a predicted picture to the range that the configuration names. */
export function clipped(config: SchedulerConfig, original: Float32Array, byDefault: boolean): Float32Array {
  if (!(config.clip_sample ?? byDefault)) return original;
  const range = config.clip_sample_range ?? 1;
  return sampleOf(original.length, (at) => Math.max(-range, Math.min(range, original[at] as number)));
}

/** The prediction type does not go with the scheduler. */
export function unsuited(config: SchedulerConfig): SchedulerRefusal {
  return new SchedulerRefusal('prediction_type', config.prediction_type, `others with ${config._class_name}`);
}
