import { at, range, sampleOf } from './arrays.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { predictNoise, predictPicture, solverForm, stopAt } from './solver-form.ts';
import { solverSteps } from './solver-steps.ts';

/** UniPC (https://arxiv.org/abs/2302.04867), as diffusers' UniPCMultistepScheduler does it. */
export function createUnipc(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const stops = solverSteps(config, steps, 'unipc');
  const { timesteps, sigmas } = stops;
  const solverOrder = config.solver_order ?? 2;
  const predictsX0 = config.predict_x0 ?? true;
  const predict = predictsX0 ? predictPicture : predictNoise;
  let answers: Float32Array[] = [];
  let last: { sample: Float32Array; order: number } | undefined;

  /** A move from stop `from` to the next one, with the answers of earlier stops, and that of the next one where it is known. */
  const move = (sample: Float32Array, from: number, order: number, known: Float32Array | undefined) => {
    const [to, start] = [stopAt(config, sigmas, from + 1), stopAt(config, sigmas, from)];
    const h = to.lambda - start.lambda;
    const hh = predictsX0 ? -h : h;
    const ratios = range(order - 1, (age) => (stopAt(config, sigmas, from - age - 1).lambda - start.lambda) / h);
    const grown = Math.expm1(hh);
    const scale = (config.solver_type ?? 'bh2') === 'bh1' ? hh : grown;
    const rhos = weightsOf([...ratios, 1], { hh, scale, order, corrects: known !== undefined });
    const [keep, reach] = predictsX0 ? [to.sigma / start.sigma, to.alpha] : [to.alpha / start.alpha, to.sigma];
    const [m0, ...older] = answers as [Float32Array, ...Float32Array[]];
    return sampleOf(sample.length, (place) => {
      let rest = known === undefined ? 0 : at(rhos, order - 1) * (at(known, place) - at(m0, place));
      for (let age = 0; age < order - 1; age += 1) {
        const slope = (at(older[age] as Float32Array, place) - at(m0, place)) / at(ratios, age);
        rest += at(rhos, age) * slope;
      }
      return keep * at(sample, place) - reach * grown * at(m0, place) - reach * scale * rest;
    });
  };

  return {
    ...solverForm(config, stops),
    step({ index, model, sample }) {
      const answer = predict(config, model, sample, stopAt(config, sigmas, index));
      const isCorrected = last !== undefined && !config.disable_corrector?.includes(index - 1);
      const corrected = isCorrected && last !== undefined ? move(last.sample, index - 1, last.order, answer) : sample;
      answers = [answer, ...answers].slice(0, solverOrder);
      const left = (config.lower_order_final ?? true) ? timesteps.length - index : solverOrder;
      const order = Math.min(solverOrder, left, answers.length);
      last = { sample: corrected, order };
      return move(corrected, index, order, undefined);
    },
  };
}

/** The weights of the slopes: the solution of a small system, which is one half for a single one. */
function weightsOf(
  ratios: readonly number[],
  { hh, scale, order, corrects }: { hh: number; scale: number; order: number; corrects: boolean },
): number[] {
  const count = corrects ? order : order - 1;
  if (count === 0) return [];
  if (count === 1) return [0.5];
  const right: number[] = [];
  let factorial = 1;
  let phi = Math.expm1(hh) / hh - 1;
  for (let power = 1; power <= count; power += 1) {
    right.push((phi * factorial) / scale);
    factorial *= power + 1;
    phi = phi / hh - 1 / factorial;
  }
  return solve(
    range(count, (power) => ratios.slice(0, count).map((ratio) => ratio ** power)),
    right,
  );
}

/** Solves a small linear system by elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, place) => [...row, at(right, place)]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const best = range(size - column, (down) => column + down).reduce((most, row) =>
      Math.abs(at(rows[row] as number[], column)) > Math.abs(at(rows[most] as number[], column)) ? row : most,
    );
    [rows[column], rows[best]] = [rows[best] as number[], rows[column] as number[]];
    const pivot = rows[column] as number[];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const target = rows[row] as number[];
      const times = at(target, column) / at(pivot, column);
      rows[row] = target.map((value, place) => value - times * at(pivot, place));
    }
  }
  return rows.map((row, place) => at(row, size) / at(row, place));
}
