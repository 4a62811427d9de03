import type { JobFrame } from '../../protocol/frames.ts';
import { createJobFrameMachine } from '../../protocol/machine/create-job-frame-machine.ts';
import type { ProbeFrame } from '../../protocol/probe/read-probe-frames.ts';
import { expectThat } from './expect-that.ts';

/** Checks the frames of a whole job that succeeded: their numbers, their order, their usage. Returns the result. */
export function expectLawfulFrames(
  frames: readonly ProbeFrame[],
  { capability }: { capability: string },
): Extract<JobFrame, { type: 'result' }> {
  const machine = createJobFrameMachine();
  for (const { frame } of frames) machine.accept(frame);
  const [first, last] = [frames[0], frames.at(-1)];
  expectThat(
    first?.frame.type === 'accepted' && first.frame.capability === capability,
    `\`accepted\` of ${capability} first`,
    first?.frame.type === 'accepted' ? `it named ${first.frame.capability}` : `\`${first?.frame.type}\` was first`,
  );
  const why = last?.error === undefined ? '' : ` (${last.error.infos[0]?.reason}: ${last.error.message})`;
  expectThat(last?.frame.type === 'result', '`result` last', `\`${last?.frame.type}\` was last${why}`);
  return last.frame;
}
