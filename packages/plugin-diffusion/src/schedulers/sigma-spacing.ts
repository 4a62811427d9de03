import { at, linspace } from './arrays.ts';
import type { SchedulerConfig } from './scheduler-config.ts';

/** Sigmas from the first to the last of a list, spaced as Karras and others propose (https://arxiv.org/abs/2206.00364). */
export function karrasSigmas(sigmas: readonly number[], count: number, config: SchedulerConfig): number[] {
  const { smallest, largest } = bounds(sigmas, config);
  const rho = 7;
  return linspace(0, 1, count).map(
    (ramp) => (largest ** (1 / rho) + ramp * (smallest ** (1 / rho) - largest ** (1 / rho))) ** rho,
  );
}

/** Sigmas from the first to the last of a list, evenly spaced in their logarithm. */
export function exponentialSigmas(sigmas: readonly number[], count: number, config: SchedulerConfig): number[] {
  const { smallest, largest } = bounds(sigmas, config);
  return linspace(Math.log(largest), Math.log(smallest), count).map(Math.exp);
}

/** The place of a sigma in a rising table, between its steps: the timestep that the network is told. */
export function sigmaToTimestep(sigma: number, table: readonly number[]): number {
  const log = Math.log(Math.max(sigma, 1e-10));
  let low = 0;
  while (low < table.length - 2 && Math.log(at(table, low + 1)) <= log) low += 1;
  const [from, to] = [Math.log(at(table, low)), Math.log(at(table, low + 1))];
  return low + Math.max(0, Math.min(1, (from - log) / (from - to)));
}

function bounds(sigmas: readonly number[], config: SchedulerConfig): { smallest: number; largest: number } {
  return {
    smallest: config.sigma_min ?? at(sigmas, sigmas.length - 1),
    largest: config.sigma_max ?? at(sigmas, 0),
  };
}
