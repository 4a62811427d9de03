import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';
import type { Stop } from './solver-form.ts';

/** What each term of a DPM step is multiplied with. */
export interface DpmWeights {
  readonly sample: number;
  /** The newest prediction. */
  readonly d0: number;
  /** Its slope. */
  readonly d1: number;
  /** The slope of the slope. */
  readonly d2: number;
  readonly noise: number;
}

/** Whether a DPM solver draws noise. */
export function isStochastic(config: SchedulerConfig): boolean {
  return config.algorithm_type?.startsWith('sde-') ?? false;
}

/** Whether a DPM solver works on predicted pictures; else on predicted noise. */
export function predictsPicture(config: SchedulerConfig): boolean {
  return config.algorithm_type?.endsWith('dpmsolver') !== true;
}

/** The weights of a step of DPM-Solver (https://arxiv.org/abs/2206.00927) or DPM-Solver++ (https://arxiv.org/abs/2211.01095). */
export function dpmWeights(config: SchedulerConfig, from: Stop, to: Stop, order: number): DpmWeights {
  const h = to.lambda - from.lambda;
  const isHeun = config.solver_type === 'heun' || order === 3;
  switch (config.algorithm_type ?? 'dpmsolver++') {
    case 'dpmsolver++':
    case 'deis': {
      const e = Math.exp(-h) - 1;
      const d1 = isHeun ? to.alpha * (e / h + 1) : -0.5 * to.alpha * e;
      const d2 = -to.alpha * ((e + h) / h ** 2 - 0.5);
      return { sample: to.sigma / from.sigma, d0: -to.alpha * e, d1, d2, noise: 0 };
    }
    case 'sde-dpmsolver++': {
      const e = 1 - Math.exp(-2 * h);
      const d1 = isHeun ? to.alpha * (e / (-2 * h) + 1) : 0.5 * to.alpha * e;
      const d2 = to.alpha * ((e - 2 * h) / (2 * h) ** 2 - 0.5);
      const sample = (to.sigma / from.sigma) * Math.exp(-h);
      return { sample, d0: to.alpha * e, d1, d2, noise: to.sigma * Math.sqrt(e) };
    }
    case 'dpmsolver': {
      const e = Math.exp(h) - 1;
      const d1 = isHeun ? -to.sigma * (e / h - 1) : -0.5 * to.sigma * e;
      const d2 = -to.sigma * ((e - h) / h ** 2 - 0.5);
      return { sample: to.alpha / from.alpha, d0: -to.sigma * e, d1, d2, noise: 0 };
    }
    case 'sde-dpmsolver': {
      if (order === 3) throw new SchedulerRefusal('solver_order', 3, '1 and 2 with sde-dpmsolver');
      const e = Math.exp(h) - 1;
      const d1 = isHeun ? -2 * to.sigma * (e / h - 1) : -to.sigma * e;
      const noise = to.sigma * Math.sqrt(Math.exp(2 * h) - 1);
      return { sample: to.alpha / from.alpha, d0: -2 * to.sigma * e, d1, d2: 0, noise };
    }
  }
}

/** Noise is predicted up to a sigma above zero only. @throws SchedulerRefusal */
export function checkFinalSigma(config: SchedulerConfig): void {
  if (!predictsPicture(config) && config.final_sigmas_type !== 'sigma_min')
    throw new SchedulerRefusal('final_sigmas_type', config.final_sigmas_type ?? 'zero', 'sigma_min with dpmsolver');
}
