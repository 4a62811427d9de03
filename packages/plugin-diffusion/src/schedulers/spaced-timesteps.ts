import { linspace, range, roundHalfEven } from './arrays.ts';
import { trainSteps } from './noise-schedule.ts';
import type { SchedulerConfig } from './scheduler-config.ts';

/** What a scheduler takes where its configuration is silent, and whether `linspace` keeps fractions. */
export interface SpacingOptions {
  readonly spacing: NonNullable<SchedulerConfig['timestep_spacing']>;
  readonly fractions?: boolean;
}

/** The training steps that are sampled, falling, for schedulers of one step at a time. */
export function spacedTimesteps(config: SchedulerConfig, steps: number, options: SpacingOptions): number[] {
  const train = trainSteps(config);
  switch (config.timestep_spacing ?? options.spacing) {
    case 'linspace': {
      const places = linspace(0, train - 1, steps).reverse();
      return options.fractions ? places : places.map(roundHalfEven);
    }
    case 'leading':
      return range(steps, (at) => at * Math.floor(train / steps) + (config.steps_offset ?? 0)).reverse();
    case 'trailing':
      return trailing(train, train / steps);
  }
}

/** The training steps that are sampled, falling, for solvers, which leave the last one out. */
export function solverTimesteps(config: SchedulerConfig, steps: number, last: number): number[] {
  switch (config.timestep_spacing ?? 'linspace') {
    case 'linspace':
      return linspace(0, last - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1);
    case 'leading':
      return range(steps + 1, (at) => at * Math.floor(last / (steps + 1)) + (config.steps_offset ?? 0))
        .reverse()
        .slice(0, -1);
    case 'trailing':
      return trailing(last, trainSteps(config) / steps);
  }
}

function trailing(from: number, ratio: number): number[] {
  return range(Math.ceil(from / ratio - 1e-9), (at) => roundHalfEven(from - at * ratio) - 1);
}
