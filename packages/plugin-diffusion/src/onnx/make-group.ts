import type { EngineStep } from '../engine/image-engine.ts';
import { makePicture, type PictureJob } from '../job/make-picture.ts';
import type { Picture } from '../pipeline/picture.ts';
import type { BatchVerdicts } from './batch/batch-verdicts.ts';
import type { WaitingPicture } from './batch/darkroom.ts';
import { SharedNetwork } from './batch/shared-network.ts';
import type { StepQueue } from './step-queue.ts';

/** Steps that a reader may lag behind before previews are left out: each would keep the latents of its step. */
const MOST_BEHIND = 32;

/** A picture of a job, with all that it takes to make it. */
export interface PlannedPicture extends WaitingPicture {
  readonly job: PictureJob;
  /** Which of the job's, from 0. */
  readonly image: number;
  readonly seed: number;
  readonly isSequential: boolean;
  readonly signal: AbortSignal;
  readonly showsPreviews: boolean;
  /** Gets the steps, and the picture. */
  readonly queue: StepQueue<EngineStep>;
  /** Ends the job's other pictures. */
  readonly fail: (error: unknown) => void;
}

/** Makes pictures in step with one another. One that fails, or is cancelled, leaves the others alone. */
export function makeGroup(verdicts: BatchVerdicts) {
  return (pictures: readonly PlannedPicture[]): readonly Promise<void>[] => {
    const [first] = pictures;
    if (first === undefined) return [];
    const network = new SharedNetwork(first.job.model.network, verdicts);
    const seated = pictures.map((picture) => ({ picture, seat: network.join() }));
    return seated.map(async ({ picture, seat }) => {
      const { job, image, seed, isSequential, signal, showsPreviews, queue, fail } = picture;
      try {
        const { folder, sessions } = job.model;
        const model = {
          ...job.model,
          network: seat.session,
          sessions: { ...sessions, [folder.network]: seat.session },
        };
        const onStep = async (step: number, preview: () => Promise<Picture>) => {
          const isShown = showsPreviews && queue.length < MOST_BEHIND;
          queue.push({ type: 'step', image, step, preview: isShown ? preview : undefined });
        };
        const made = await makePicture({ ...job, model }, { seed, isSequential, signal, onStep });
        queue.push({ type: 'picture', image, seed, ...made });
      } catch (error) {
        fail(error);
        throw error;
      } finally {
        seat.leave();
      }
    });
  };
}
