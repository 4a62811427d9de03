import { at, sampleOf } from './arrays.ts';
import type { Scheduler } from './scheduler.ts';

/** What every scheduler whose samples keep their variance has in common. `alphas` is one for each timestep. */
export function preservingForm(
  timesteps: readonly number[],
  alphaAt: (timestep: number) => number,
): Pick<Scheduler, 'timesteps' | 'initNoiseSigma' | 'scale' | 'addNoise'> {
  return {
    timesteps,
    initNoiseSigma: 1,
    scale: (sample) => sample,
    addNoise(original, noise, index) {
      if (index >= timesteps.length) return original;
      const alpha = alphaAt(at(timesteps, index));
      return mix(original, noise, Math.sqrt(alpha), Math.sqrt(1 - alpha));
    },
  };
}

/** What every scheduler whose samples are the picture plus sigma times noise has in common. */
export function explodingForm(
  timesteps: readonly number[],
  sigmas: readonly number[],
  initNoiseSigma: number,
): Pick<Scheduler, 'timesteps' | 'initNoiseSigma' | 'scale' | 'addNoise'> {
  return {
    timesteps,
    initNoiseSigma,
    scale(sample, index) {
      const divisor = Math.sqrt(at(sigmas, index) ** 2 + 1);
      return sampleOf(sample.length, (place) => at(sample, place) / divisor);
    },
    addNoise(original, noise, index) {
      return index >= timesteps.length ? original : mix(original, noise, 1, at(sigmas, index));
    },
  };
}

/** The sum of two samples, each times a number. */
export function mix(a: Float32Array, b: Float32Array, timesA: number, timesB: number): Float32Array {
  return sampleOf(a.length, (place) => timesA * at(a, place) + timesB * at(b, place));
}
