import { at, range, sampleOf } from './arrays.ts';
import { checkFinalSigma, dpmWeights, isStochastic, predictsPicture } from './dpm-weights.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { predictNoise, predictPicture, solverForm, stopAt } from './solver-form.ts';
import { solverSteps } from './solver-steps.ts';

/** DPM-Solver++ in groups of steps (2S, 3S), as diffusers' DPMSolverSinglestepScheduler does it. */
export function createDpmSinglestep(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  checkFinalSigma(config);
  const stops = solverSteps(config, steps, 'dpm-singlestep');
  const { timesteps, sigmas } = stops;
  const solverOrder = config.solver_order ?? 2;
  const orders = orderOfSteps(config, timesteps.length, solverOrder);
  const predict = predictsPicture(config) ? predictPicture : predictNoise;
  let answers: Float32Array[] = [];
  let start = new Float32Array();
  return {
    ...solverForm(config, stops),
    step({ index, model, sample, noise }) {
      const [to, here] = [stopAt(config, sigmas, index + 1), stopAt(config, sigmas, index)];
      answers = [predict(config, model, sample, here), ...answers].slice(0, solverOrder);
      const order = Math.min(at(orders, index), answers.length);
      if (order === 1) start = new Float32Array(sample);
      const from = stopAt(config, sigmas, index - order + 1);
      const weights = dpmWeights(config, from, to, order);
      const drawn = isStochastic(config) ? noise() : undefined;
      const [m0, m1, m2] = answers as [Float32Array, Float32Array, Float32Array];
      const h = to.lambda - from.lambda;
      const r0 = (here.lambda - from.lambda) / h;
      const r1 = order > 2 ? (stopAt(config, sigmas, index - 1).lambda - from.lambda) / h : 1;
      return sampleOf(sample.length, (place) => {
        const base = order === 1 ? at(m0, place) : order === 2 ? at(m1, place) : at(m2, place);
        let next = weights.sample * at(start, place) + weights.d0 * base;
        if (order > 1) {
          const far = (at(m0, place) - base) / r0;
          if (order === 2 || config.solver_type !== 'heun') next += weights.d1 * far;
          else {
            const near = (at(m1, place) - base) / r1;
            next += weights.d1 * ((r0 * near - r1 * far) / (r0 - r1)) + weights.d2 * ((2 * (far - near)) / (r0 - r1));
          }
        }
        return drawn === undefined ? next : next + weights.noise * at(drawn, place);
      });
    },
  };
}

/** The order of each step: groups of rising order, and a last step of order 1 where the last sigma is zero. */
function orderOfSteps(config: SchedulerConfig, steps: number, order: number): number[] {
  const endsAtZero = config.final_sigmas_type !== 'sigma_min';
  const lowers = config.lower_order_final || steps % order !== 0 || endsAtZero;
  const orders = range(steps, (step) => (step % order) + 1);
  if (!lowers) return orders;
  if (order === 2 && steps % 2 === 0) orders[steps - 1] = 1;
  if (order === 3 && steps % 3 === 0) orders.splice(steps - 3, 3, 1, 2, 1);
  if (endsAtZero) orders[steps - 1] = 1;
  return orders;
}
