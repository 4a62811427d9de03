import { at, sampleOf } from './arrays.ts';
import { preservingForm } from './forms.ts';
import { alphasCumprod, trainSteps } from './noise-schedule.ts';
import { unsuited } from './predictions.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';
import { spacedTimesteps } from './spaced-timesteps.ts';

/** Weights of the newest answers, by how many there are (Adams-Bashforth). */
const WEIGHTS = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]] as const;

/** Pseudo linear multistep (https://arxiv.org/abs/2202.09778), as diffusers' PNDMScheduler with `skip_prk_steps` does it. */
export function createPndm(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  if (!config.skip_prk_steps) throw new SchedulerRefusal('skip_prk_steps', false, 'true');
  if (!['epsilon', 'v_prediction'].includes(config.prediction_type ?? 'epsilon')) throw unsuited(config);
  const alphas = alphasCumprod(config);
  const spaced = spacedTimesteps(config, steps, { spacing: 'leading' });
  // The second one is run twice, to start the multistep.
  const timesteps = steps === 1 ? spaced : [at(spaced, 0), ...spaced.slice(1, 2), ...spaced.slice(1)];
  const final = config.set_alpha_to_one ? 1 : at(alphas, 0);
  const stride = Math.floor(trainSteps(config) / steps);
  let answers: Float32Array[] = [];
  let runs = 0;
  let first: Float32Array | undefined;

  const move = (sample: Float32Array, answer: Float32Array, from: number, to: number) => {
    const alpha = at(alphas, from);
    const previous = to >= 0 ? at(alphas, to) : final;
    const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
    const keep = Math.sqrt(previous / alpha);
    const divisor = alpha * Math.sqrt(1 - previous) + Math.sqrt(alpha * (1 - alpha) * previous);
    const isVelocity = config.prediction_type === 'v_prediction';
    return sampleOf(sample.length, (place) => {
      const epsilon = isVelocity ? signal * at(answer, place) + noise * at(sample, place) : at(answer, place);
      return keep * at(sample, place) - ((previous - alpha) * epsilon) / divisor;
    });
  };

  return {
    ...preservingForm(timesteps, (timestep) => at(alphas, Math.min(timestep, alphas.length - 1))),
    step({ index, model, sample }) {
      const timestep = at(timesteps, index);
      const run = runs;
      runs += 1;
      if (run === 1 && first !== undefined) {
        const start = first;
        first = undefined;
        const [newest = model] = answers;
        const mean = sampleOf(model.length, (place) => (at(model, place) + at(newest, place)) / 2);
        return move(start, mean, Math.min(timestep + stride, alphas.length - 1), timestep);
      }
      answers = [model, ...answers].slice(0, 4);
      if (run === 0) first = sample;
      const weights = WEIGHTS[answers.length - 1] ?? [1];
      const answer = sampleOf(model.length, (place) =>
        answers.reduce((sum, one, age) => sum + (weights[age] ?? 0) * at(one, place), 0),
      );
      return move(sample, answer, timestep, timestep - stride);
    },
  };
}
