import { z } from 'zod';
import { SchedulerRefusal } from './scheduler-refusal.ts';

const BETA_SCHEDULES = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'laplace', 'exp', 'sigmoid'] as const;
const SPACINGS = ['linspace', 'leading', 'trailing'] as const;
const PREDICTIONS = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] as const;
const ALGORITHMS = ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'] as const;
const SOLVERS = ['midpoint', 'heun', 'bh1', 'bh2', 'logrho'] as const;
const FINAL_SIGMAS = ['zero', 'sigma_min'] as const;

/** A setting that takes one of some words; null is as good as absent. */
const word = <const W extends readonly string[]>(words: W) => z.enum(words).nullish();
const flag = z.boolean().nullish();
const number = z.number().nullish();

/** scheduler_config.json, as far as it says how to sample. diffusers adds settings freely, so others are let be. */
const schema = z.looseObject({
  _class_name: z.string(),
  num_train_timesteps: z.int().min(1).max(100_000).nullish(),
  beta_start: number,
  beta_end: number,
  beta_schedule: word(BETA_SCHEDULES),
  trained_betas: z.array(z.number()).nullish(),
  rescale_betas_zero_snr: flag,
  timestep_spacing: word(SPACINGS),
  steps_offset: number,
  prediction_type: word(PREDICTIONS),
  clip_sample: flag,
  clip_sample_range: number,
  thresholding: flag,
  set_alpha_to_one: flag,
  skip_prk_steps: flag,
  variance_type: word(['fixed_small', 'fixed_small_log', 'fixed_large']),
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  use_flow_sigmas: flag,
  flow_shift: number,
  sigma_min: number,
  sigma_max: number,
  final_sigmas_type: word(FINAL_SIGMAS),
  interpolation_type: word(['linear', 'log_linear']),
  timestep_type: word(['discrete', 'continuous']),
  solver_order: z.int().min(1).max(3).nullish(),
  solver_type: word(SOLVERS),
  algorithm_type: word(ALGORITHMS),
  lower_order_final: flag,
  euler_at_final: flag,
  /** May be -Infinity, which zod's numbers may not. */
  lambda_min_clipped: z.custom<number>((value) => typeof value === 'number').nullish(),
  predict_x0: flag,
  disable_corrector: z.array(z.int()).nullish(),
  original_inference_steps: z.int().min(1).nullish(),
  timestep_scaling: number,
  shift: number,
  use_dynamic_shifting: flag,
  base_shift: number,
  max_shift: number,
  base_image_seq_len: number,
  max_image_seq_len: number,
  invert_sigmas: flag,
  shift_terminal: number,
  time_shift_type: word(['exponential', 'linear']),
  stochastic_sampling: flag,
});

/** A parsed scheduler_config.json. */
export type SchedulerConfig = z.output<typeof schema>;

/** Features that change the result and that nothing here does. */
const ABSENT = ['thresholding', 'use_beta_sigmas'] as const;

/** Reads a scheduler's settings. @throws SchedulerRefusal for one that can't be honoured, by its name */
export function parseSchedulerConfig(json: unknown): SchedulerConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const setting = issue?.path.join('.') || 'scheduler_config.json';
    const value = issue?.path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)?.[key], json);
    throw new SchedulerRefusal(setting, value ?? null, knownOf(issue));
  }
  for (const setting of ABSENT) if (parsed.data[setting]) throw new SchedulerRefusal(setting, true, 'false');
  return parsed.data;
}

function knownOf(issue: z.core.$ZodIssue | undefined): string {
  return issue?.code === 'invalid_value' ? issue.values.join(', ') : (issue?.message ?? 'an object');
}
