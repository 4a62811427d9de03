import type { Scheduler } from '../schedulers/scheduler.ts';
import type { Noise } from './create-noise.ts';
import { isFiniteAll, notFinite } from './decode-latents.ts';
import type { GuidedNetwork } from './guided-network.ts';
import type { LoadedModel } from './loaded-model.ts';

/** Latents of a picture to start from, and where to paint. */
export interface StartLatents {
  readonly latents: Float32Array;
  /** Share of the steps that are run; 1 keeps nothing of the picture. */
  readonly strength: number;
  /** One value a latent: 1 is painted, 0 is kept. @default everywhere */
  readonly mask?: Float32Array | undefined;
}

export interface MakeLatentsOptions {
  readonly scheduler: Scheduler;
  readonly network: GuidedNetwork;
  readonly noise: Noise;
  /** Numbers of one picture. */
  readonly length: number;
  /** As asked for: some schedulers run the network more often. */
  readonly steps: number;
  readonly start?: StartLatents | undefined;
  readonly signal: AbortSignal;
  /** Called after each step, with how many are done. Awaited. */
  readonly onStep: (step: number, latents: Float32Array) => Promise<void>;
}

/** How many of the steps are run: a picture to start from stands for the others. */
export function stepsToRun(steps: number, strength: number | undefined): number {
  return strength === undefined ? steps : Math.max(1, Math.floor(steps * strength));
}

/** Draws noise, and takes it away step by step. Stops within one run of the network when the signal aborts. @throws ImageFailure for values that are no numbers */
export async function makeLatents(model: LoadedModel, options: MakeLatentsOptions): Promise<Float32Array> {
  const { scheduler, network, noise, length, start, signal, onStep } = options;
  const toRun = stepsToRun(options.steps, start?.strength);
  // Heun's method runs the network twice a step.
  const runsPerStep = scheduler.timesteps.length > options.steps + 1 ? 2 : 1;
  const first = (options.steps - toRun) * runsPerStep;
  const runs = scheduler.timesteps.length - first;
  const initial = noise(length);
  let latents =
    start === undefined || start.strength === 1
      ? initial.map((value) => value * scheduler.initNoiseSigma)
      : scheduler.addNoise(start.latents, initial, first);
  let done = 0;
  for (let index = first; index < scheduler.timesteps.length; index += 1) {
    signal.throwIfAborted();
    const answer = await network(scheduler.scale(latents, index), scheduler.timesteps[index] as number);
    signal.throwIfAborted();
    latents = scheduler.step({ index, model: answer, sample: latents, noise: () => noise(length) });
    if (start?.mask !== undefined)
      latents = keepUnmasked(latents, scheduler.addNoise(start.latents, initial, index + 1), start.mask);
    if (!isFiniteAll(latents)) throw notFinite(model, `At step ${done + 1} of ${toRun}`);
    const steps = Math.floor(((index - first + 1) * toRun) / runs);
    if (steps > done) {
      done = steps;
      await onStep(done, latents);
    }
  }
  return latents;
}

function keepUnmasked(painted: Float32Array, kept: Float32Array, mask: Float32Array): Float32Array {
  return painted.map((value, at) => {
    const share = mask[at % mask.length] as number;
    return share * value + (1 - share) * (kept[at] as number);
  });
}
