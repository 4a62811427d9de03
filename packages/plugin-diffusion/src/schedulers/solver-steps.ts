import { at, interpolate, linspace } from './arrays.ts';
import { alphasCumprod, sigmaTable, trainSteps } from './noise-schedule.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';
import { exponentialSigmas, karrasSigmas, sigmaToTimestep } from './sigma-spacing.ts';
import { solverTimesteps } from './spaced-timesteps.ts';

/** Which of diffusers' solvers: they differ in where they stop. */
export type SolverKind = 'dpm-multistep' | 'dpm-singlestep' | 'unipc' | 'deis';

/** Where a solver stops. */
export interface SolverSteps {
  readonly timesteps: readonly number[];
  /** One more than `timesteps`. */
  readonly sigmas: readonly number[];
}

/** The stops of DPM, UniPC and DEIS. */
export function solverSteps(config: SchedulerConfig, steps: number, kind: SolverKind): SolverSteps {
  if (config.use_dynamic_shifting) throw new SchedulerRefusal('use_dynamic_shifting', true, 'false');
  const alphas = alphasCumprod(config);
  const table = sigmaTable(alphas, config);
  const falling = table.toReversed();
  const smallest = at(table, 0);
  const last = trainSteps(config) - (kind.startsWith('dpm') ? clippedSteps(config, table) : 0);
  const finish = (timesteps: readonly number[], sigmas: readonly number[], lastSigma: number) => ({
    timesteps: timesteps.map(Math.trunc),
    sigmas: [...sigmas, lastSigma],
  });
  const ownLast = (sigmas: readonly number[]) => {
    const end = at(sigmas, sigmas.length - 1);
    if (kind === 'deis') return end;
    if (config.final_sigmas_type !== 'sigma_min') return 0;
    return kind === 'unipc' ? end : smallest;
  };

  if (config.use_flow_sigmas && !(kind === 'unipc' && config.use_karras_sigmas)) {
    const sigmas = flowSigmas(config, steps, kind);
    return finish(
      sigmas.map((sigma) => sigma * trainSteps(config)),
      sigmas,
      ownLast(sigmas),
    );
  }
  if (config.use_karras_sigmas) {
    let sigmas = karrasSigmas(falling, steps, config);
    if (config.use_flow_sigmas) {
      sigmas = sigmas.map((sigma) => sigma / (sigma + 1));
      return finish(
        sigmas.map((sigma) => sigma * trainSteps(config)),
        sigmas,
        ownLast(sigmas),
      );
    }
    return finish(rounded(config, kind, sigmas, table), sigmas, ownLast(sigmas));
  }
  if (config.use_lu_lambdas) {
    const logs = falling.map(Math.log);
    const sigmas = linspace(at(logs, 0), at(logs, logs.length - 1), steps).map(Math.exp);
    return finish(rounded(config, kind, sigmas, table), sigmas, ownLast(sigmas));
  }
  if (config.use_exponential_sigmas) {
    const sigmas = exponentialSigmas(falling, steps, config);
    return finish(
      sigmas.map((sigma) => sigmaToTimestep(sigma, table)),
      sigmas,
      ownLast(sigmas),
    );
  }
  const spacing = kind === 'dpm-singlestep' ? { ...config, timestep_spacing: 'linspace' as const } : config;
  const timesteps = solverTimesteps(spacing, steps, last);
  const sigmas = timesteps.map((timestep) => interpolate(table, timestep));
  const isAtTable = kind === 'deis' || config.final_sigmas_type === 'sigma_min';
  return finish(timesteps, sigmas, isAtTable ? smallest : 0);
}

/** Training steps at the noisy end that `lambda_min_clipped` leaves out. */
function clippedSteps(config: SchedulerConfig, table: readonly number[]): number {
  const limit = config.lambda_min_clipped ?? Number.NEGATIVE_INFINITY;
  return table.filter((sigma) => -Math.log(sigma) < limit).length;
}

function rounded(
  config: SchedulerConfig,
  kind: SolverKind,
  sigmas: readonly number[],
  table: readonly number[],
): number[] {
  const timesteps = sigmas.map((sigma) => sigmaToTimestep(sigma, table));
  const keepsFractions = kind === 'dpm-multistep' && config.beta_schedule === 'squaredcos_cap_v2';
  return keepsFractions ? timesteps : timesteps.map(Math.round);
}

function flowSigmas(config: SchedulerConfig, steps: number, kind: SolverKind): number[] {
  const shift = config.flow_shift ?? 1;
  const train = trainSteps(config);
  const even = linspace(1, 1 / train, steps + 1);
  const ends =
    kind === 'unipc'
      ? even.slice(0, -1)
      : even
          .map((alpha) => 1 - alpha)
          .reverse()
          .slice(0, -1);
  const sigmas = ends.map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma));
  if (kind === 'unipc' && Math.abs(at(sigmas, 0) - 1) < 1e-6) sigmas[0] = at(sigmas, 0) - 1e-6;
  return sigmas;
}
