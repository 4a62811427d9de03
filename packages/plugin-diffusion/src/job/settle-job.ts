import type { GenerateInput } from '../capability/input.ts';
import type { GenerateChange } from '../capability/output.ts';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder } from '../model/model-folder.ts';
import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import { SchedulerRefusal } from '../schedulers/scheduler-refusal.ts';
import { selectScheduler } from '../schedulers/select-scheduler.ts';

/** What a job really does: asked for, else the model's own. */
export interface SettledJob {
  /** Of the pictures that come out. */
  readonly width: number;
  readonly height: number;
  /** Of what is diffused, pixels: the network wants whole blocks. */
  readonly diffused: { readonly width: number; readonly height: number };
  readonly steps: number;
  readonly guidance: number;
  readonly scheduler: SchedulerConfig;
  readonly changes: readonly GenerateChange[];
}

/** Fills in what the input leaves open, by the model. @throws ImageFailure for a scheduler that is not there */
export function settleJob(
  input: Pick<GenerateInput, 'width' | 'height' | 'steps' | 'guidance' | 'scheduler' | 'negativePrompt'>,
  folder: ModelFolder,
): SettledJob {
  const { defaults, nativeSizeOnly } = folder.settings;
  const changes: GenerateChange[] = [];
  const native = Math.min(1024, folder.nativeSize);
  const width = input.width ?? defaults.width ?? native;
  const height = input.height ?? defaults.height ?? native;
  const block = folder.pixelsPerLatent * 2 ** folder.halvings;
  const whole = (side: number) => Math.ceil(side / block) * block;
  const diffused = nativeSizeOnly
    ? { width: folder.nativeSize, height: folder.nativeSize }
    : { width: whole(width), height: whole(height) };
  if (diffused.width !== width || diffused.height !== height) {
    changes.push({
      kind: 'adjusted',
      field: 'width, height',
      reason: nativeSizeOnly
        ? `The model makes ${diffused.width} × ${diffused.height}; the picture was scaled from that.`
        : `The model works in blocks of ${block} pixels; the picture was cut from ${diffused.width} × ${diffused.height}.`,
    });
  }
  const usual = usualOf(folder);
  const guidance = input.guidance ?? defaults.guidance ?? usual.guidance;
  if (input.negativePrompt !== '' && (guidance <= 1 || folder.guidedBy !== 'prompts')) {
    const reason = 'Without guidance by two prompts nothing leads away from it.';
    changes.push({ kind: 'ignored', field: 'negativePrompt', reason });
  }
  if (folder.guidedBy === 'nothing' && input.guidance !== undefined && input.guidance !== usual.guidance) {
    const reason = 'The model was made to run without guidance.';
    changes.push({ kind: 'ignored', field: 'guidance', reason });
  }
  return {
    ...{ width, height, diffused, changes },
    guidance: folder.guidedBy === 'nothing' ? usual.guidance : guidance,
    steps: input.steps ?? defaults.steps ?? usual.steps,
    scheduler: chooseScheduler(folder, input.scheduler ?? defaults.scheduler),
  };
}

/** What a family's models were made for, where their own settings say nothing. */
function usualOf({ family, guidedBy }: ModelFolder): { readonly steps: number; readonly guidance: number } {
  if (family === 'stable-diffusion-3') return { steps: 28, guidance: 7 };
  if (family === 'flux') return guidedBy === 'input' ? { steps: 28, guidance: 3.5 } : { steps: 4, guidance: 0 };
  return guidedBy === 'input' ? { steps: 4, guidance: 8 } : { steps: 25, guidance: 7 };
}

function chooseScheduler(folder: ModelFolder, name: string | undefined): SchedulerConfig {
  try {
    return selectScheduler(folder.scheduler, name);
  } catch (error) {
    throw mapSchedulerRefusal(error);
  }
}

/** Says for the caller why a scheduler is refused. Other errors stay as they are. */
export function mapSchedulerRefusal(error: unknown): unknown {
  if (!(error instanceof SchedulerRefusal)) return error;
  return new ImageFailure(
    {
      reason: 'scheduler-refused',
      message: `The scheduler can't be used: ${error.message}`,
      hint: 'Leave `scheduler` out, or name one that is known.',
    },
    { cause: error },
  );
}
