import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';

/** The names that callers use, and the class and settings that each stands for. */
const NAMED: Readonly<Record<string, Partial<SchedulerConfig> & { readonly _class_name: string }>> = {
  ddim: { _class_name: 'DDIMScheduler' },
  ddpm: { _class_name: 'DDPMScheduler' },
  pndm: { _class_name: 'PNDMScheduler', skip_prk_steps: true },
  euler: { _class_name: 'EulerDiscreteScheduler' },
  'euler-karras': { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true },
  'euler-ancestral': { _class_name: 'EulerAncestralDiscreteScheduler' },
  heun: { _class_name: 'HeunDiscreteScheduler' },
  lms: { _class_name: 'LMSDiscreteScheduler' },
  'dpm++-2m': { _class_name: 'DPMSolverMultistepScheduler' },
  'dpm++-2m-karras': { _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true },
  'dpm++-2m-sde': { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++' },
  'dpm++-2m-sde-karras': {
    _class_name: 'DPMSolverMultistepScheduler',
    algorithm_type: 'sde-dpmsolver++',
    use_karras_sigmas: true,
  },
  'dpm++-2s': { _class_name: 'DPMSolverSinglestepScheduler' },
  deis: { _class_name: 'DEISMultistepScheduler' },
  unipc: { _class_name: 'UniPCMultistepScheduler' },
  lcm: { _class_name: 'LCMScheduler' },
  tcd: { _class_name: 'TCDScheduler' },
  'flow-euler': { _class_name: 'FlowMatchEulerDiscreteScheduler' },
};

/** Every name that `scheduler` takes. */
export const SCHEDULER_NAMES: readonly string[] = Object.keys(NAMED);

/** What belongs to the model, whichever way it is sampled. */
const OF_THE_MODEL = [
  ...['num_train_timesteps', 'beta_start', 'beta_end', 'beta_schedule', 'trained_betas', 'rescale_betas_zero_snr'],
  ...['prediction_type', 'timestep_spacing', 'steps_offset', 'set_alpha_to_one', 'clip_sample', 'clip_sample_range'],
  ...['original_inference_steps', 'timestep_scaling', 'flow_shift', 'use_flow_sigmas'],
] as const;

/**
 * The configuration to sample with: the model's own, or what a name stands for with the model's noise schedule.
 *
 * @throws SchedulerRefusal for a name that is not known, or that does not fit the model
 */
export function selectScheduler(own: SchedulerConfig, name: string | undefined): SchedulerConfig {
  if (name === undefined) return own;
  const named = NAMED[name];
  if (named === undefined) throw new SchedulerRefusal('scheduler', name, SCHEDULER_NAMES.join(', '));
  if (named._class_name === own._class_name) return { ...own, ...named };
  if (isFlow(own) !== isFlow(named)) {
    const fitting = SCHEDULER_NAMES.filter((one) => isFlow(NAMED[one] ?? {}) === isFlow(own));
    throw new SchedulerRefusal('scheduler', name, `${fitting.join(', ')} with this model`);
  }
  const kept = OF_THE_MODEL.filter((setting) => own[setting] !== undefined).map((setting) => [setting, own[setting]]);
  return { ...Object.fromEntries(kept), ...named };
}

function isFlow(config: Partial<SchedulerConfig>): boolean {
  return config._class_name === 'FlowMatchEulerDiscreteScheduler' || config.prediction_type === 'flow_prediction';
}
