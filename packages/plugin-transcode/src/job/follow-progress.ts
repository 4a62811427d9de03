import type { JobContext, Progress } from '@byoc/core';
import type { transcode } from '../capability.ts';
import { createProgressParser } from '../ffmpeg/parse-progress.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';

/** Turns ffmpeg's reports into progress: a fraction within the stage's share, fps, speed and the time left. */
export function followProgress(
  context: Pick<JobContext<typeof transcode>, 'progress'>,
  plan: TranscodePlan,
  share: { stage: string; from: number; to: number },
  onFrames: (frames: number) => void = () => {},
): (text: string) => void {
  const parse = createProgressParser();
  return (text) => {
    for (const report of parse(text)) {
      const done = plan.expectedFrames === undefined ? undefined : Math.min(1, report.frame / plan.expectedFrames);
      const left =
        plan.expectedFrames === undefined || report.fps === undefined
          ? undefined
          : Math.max(0, plan.expectedFrames - report.frame) / report.fps;
      const details = {
        frames: report.frame,
        ...(report.fps === undefined ? {} : { fps: report.fps }),
        ...(report.speed === undefined ? {} : { speed: report.speed }),
        ...(left === undefined ? {} : { etaMs: Math.round(left * 1000) }),
      };
      const progress: Progress = { stage: share.stage, details };
      context.progress(
        done === undefined ? progress : { ...progress, fraction: share.from + done * (share.to - share.from) },
      );
      onFrames(report.frame);
    }
  };
}
