import { at, sampleOf } from './arrays.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { predictPicture, solverForm, stopAt } from './solver-form.ts';
import { solverSteps } from './solver-steps.ts';

/** DEIS in the logarithm of rho (https://arxiv.org/abs/2204.13902), as diffusers' DEISMultistepScheduler does it. */
export function createDeis(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const stops = solverSteps(config, steps, 'deis');
  const { timesteps, sigmas } = stops;
  const solverOrder = config.solver_order ?? 2;
  const lowersAtEnd = (config.lower_order_final ?? true) && timesteps.length < 15;
  let answers: Float32Array[] = [];
  return {
    ...solverForm(config, stops),
    step({ index, model, sample }) {
      const [to, from] = [stopAt(config, sigmas, index + 1), stopAt(config, sigmas, index)];
      const picture = predictPicture(config, model, sample, from);
      const answer = sampleOf(
        sample.length,
        (place) => (at(sample, place) - from.alpha * at(picture, place)) / from.sigma,
      );
      answers = [answer, ...answers].slice(0, solverOrder);
      const left = timesteps.length - index;
      let order = Math.min(solverOrder, answers.length);
      if (left === 1 && lowersAtEnd) order = 1;
      else if (left === 2 && lowersAtEnd) order = Math.min(order, 2);
      if (order === 1) {
        const e = Math.exp(to.lambda - from.lambda) - 1;
        return sampleOf(
          sample.length,
          (place) => (to.alpha / from.alpha) * at(sample, place) - to.sigma * e * at(answer, place),
        );
      }
      const logs = Array.from({ length: order }, (_, age) => -stopAt(config, sigmas, index - age).lambda);
      const weights = logs.map((_, age) => {
        const others = logs.filter((_one, other) => other !== age);
        const integral = order === 2 ? integralOfTwo : integralOfThree;
        return integral(-to.lambda, at(logs, age), others) - integral(-from.lambda, at(logs, age), others);
      });
      return sampleOf(
        sample.length,
        (place) =>
          to.alpha *
          answers
            .slice(0, order)
            .reduce((sum, one, age) => sum + at(weights, age) * at(one, place), at(sample, place) / from.alpha),
      );
    },
  };
}

/** Integral of a Lagrange polynomial in log rho, at `rho = exp(log)`. */
function integralOfTwo(log: number, own: number, others: readonly number[]): number {
  const c = at(others, 0);
  return (Math.exp(log) * (log - c - 1)) / (own - c);
}

function integralOfThree(log: number, own: number, others: readonly number[]): number {
  const [c, d] = [at(others, 0), at(others, 1)];
  return (Math.exp(log) * (c * (d - log + 1) - d * log + d + log ** 2 - 2 * log + 2)) / ((own - c) * (own - d));
}
