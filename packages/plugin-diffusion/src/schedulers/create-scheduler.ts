import { createDdim } from './create-ddim.ts';
import { createDdpm } from './create-ddpm.ts';
import { createDeis } from './create-deis.ts';
import { createDpmMultistep } from './create-dpm-multistep.ts';
import { createDpmSinglestep } from './create-dpm-singlestep.ts';
import { createEuler } from './create-euler.ts';
import { createEulerAncestral } from './create-euler-ancestral.ts';
import { createFlowEuler } from './create-flow-euler.ts';
import { createHeun } from './create-heun.ts';
import { createLcm } from './create-lcm.ts';
import { createLms } from './create-lms.ts';
import { createPndm } from './create-pndm.ts';
import { createTcd } from './create-tcd.ts';
import { createUnipc } from './create-unipc.ts';
import { trainSteps } from './noise-schedule.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import type { SchedulerConfig } from './scheduler-config.ts';
import { SchedulerRefusal } from './scheduler-refusal.ts';

/** diffusers' classes that are done here. */
const CLASSES: Readonly<Record<string, (config: SchedulerConfig, options: SchedulerOptions) => Scheduler>> = {
  DDIMScheduler: createDdim,
  DDPMScheduler: createDdpm,
  PNDMScheduler: createPndm,
  EulerDiscreteScheduler: createEuler,
  EulerAncestralDiscreteScheduler: createEulerAncestral,
  HeunDiscreteScheduler: createHeun,
  LMSDiscreteScheduler: createLms,
  DPMSolverMultistepScheduler: createDpmMultistep,
  DPMSolverSinglestepScheduler: createDpmSinglestep,
  DEISMultistepScheduler: createDeis,
  UniPCMultistepScheduler: createUnipc,
  LCMScheduler: createLcm,
  TCDScheduler: createTcd,
  FlowMatchEulerDiscreteScheduler: createFlowEuler,
};

/** Makes the sampler that a configuration names. @throws SchedulerRefusal for a class, a setting or a number of steps that can't be honoured */
export function createScheduler(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const create = CLASSES[config._class_name];
  if (create === undefined)
    throw new SchedulerRefusal('_class_name', config._class_name, Object.keys(CLASSES).join(', '));
  const most = trainSteps(config);
  if (options.steps > most) throw new SchedulerRefusal('steps', options.steps, `at most ${most}, num_train_timesteps`);
  return create(config, options);
}
