import { at, sampleOf } from './arrays.ts';
import { checkFinalSigma, dpmWeights, isStochastic, predictsPicture } from './dpm-weights.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { predictNoise, predictPicture, solverForm, stopAt } from './solver-form.ts';
import { solverSteps } from './solver-steps.ts';

/** DPM-Solver and DPM-Solver++ (2M, its SDE form, order 3), as diffusers' DPMSolverMultistepScheduler does it. */
export function createDpmMultistep(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  checkFinalSigma(config);
  const stops = solverSteps(config, steps, 'dpm-multistep');
  const { timesteps, sigmas } = stops;
  const solverOrder = config.solver_order ?? 2;
  const lowersAtEnd = (config.lower_order_final ?? true) && timesteps.length < 15;
  const predict = predictsPicture(config) ? predictPicture : predictNoise;
  let answers: Float32Array[] = [];
  return {
    ...solverForm(config, stops),
    step({ index, model, sample, noise }) {
      const [to, from] = [stopAt(config, sigmas, index + 1), stopAt(config, sigmas, index)];
      answers = [predict(config, model, sample, from), ...answers].slice(0, solverOrder);
      const left = timesteps.length - index;
      const endsInOne = lowersAtEnd || config.euler_at_final === true || config.final_sigmas_type !== 'sigma_min';
      let order = Math.min(solverOrder, answers.length);
      if (left === 1 && endsInOne) order = 1;
      else if (left === 2 && lowersAtEnd) order = Math.min(order, 2);
      const weights = dpmWeights(config, from, to, order);
      const drawn = isStochastic(config) ? noise() : undefined;
      const [m0, m1, m2] = answers as [Float32Array, Float32Array, Float32Array];
      const h = to.lambda - from.lambda;
      const r0 = order > 1 ? (from.lambda - stopAt(config, sigmas, index - 1).lambda) / h : 1;
      const r1 =
        order > 2 ? (stopAt(config, sigmas, index - 1).lambda - stopAt(config, sigmas, index - 2).lambda) / h : 1;
      return sampleOf(sample.length, (place) => {
        let next = weights.sample * at(sample, place) + weights.d0 * at(m0, place);
        if (order > 1) {
          const newer = (at(m0, place) - at(m1, place)) / r0;
          if (order === 2) next += weights.d1 * newer;
          else {
            const bend = (newer - (at(m1, place) - at(m2, place)) / r1) / (r0 + r1);
            next += weights.d1 * (newer + r0 * bend) + weights.d2 * bend;
          }
        }
        return drawn === undefined ? next : next + weights.noise * at(drawn, place);
      });
    },
  };
}
